"""Two versions of a small process, and requests that stand everywhere in the first."""

import pytest

from bpmn.actors import Actor
from bpmn.engine import ProcessEngine
from handlers.registry import Registry, handler
from handlers.settings import MailSettings, Settings
from tests.engine.kit import document


@pytest.fixture
def registry():
    @handler("test.work", title_ru="Работа", title_en="Work")
    def work(context) -> dict:
        return {"worked": True}

    found = Registry()
    found.add(work)
    return found


@pytest.fixture
def engine(storage, clock, mail_folder, registry):
    settings = Settings(mail=MailSettings(folder=mail_folder))
    engine = ProcessEngine(storage, secret_key="a key", settings=settings, registry=registry, clock=clock)
    yield engine
    engine.close()


@pytest.fixture
def deploy(engine):
    """Deploy a process `request` around some elements; return the id of the version."""

    def deploy(body: str, *, activate: bool = True, properties: str = "", **files: bytes) -> int:
        extra = (
            f"<bpmn:extensionElements><camunda:properties>{properties}</camunda:properties></bpmn:extensionElements>"
            if properties
            else ""
        )
        content = document(
            '<bpmn:message id="m_paid" name="paid"/><bpmn:message id="m_settled" name="settled"/>'
            f'<bpmn:process id="request" name="Заявка" isExecutable="true">{extra}{body}</bpmn:process>'
        )
        deployed = engine.deployments.deploy(
            {"request.bpmn": content, **files}, by=Actor.system(), activate=activate
        )
        return deployed.definitions[0].id

    return deploy


@pytest.fixture
def start(engine):
    """Start requests; return their ids."""

    def start(count: int = 1, **variables: object) -> list[int]:
        return [
            engine.instances.start(key="request", variables=variables, by=Actor.system()).instance_id
            for _ in range(count)
        ]

    return start


@pytest.fixture
def run_jobs(engine):
    """Run everything that is due now."""

    def run_jobs() -> None:
        for _ in range(200):
            if not engine.jobs.run_due():
                return

    return run_jobs
