"""Handlers that tests can break, and a way to deploy and start a small diagram."""

from collections.abc import Callable

import pytest

from bpmn.actors import Actor
from bpmn.engine import ProcessEngine
from handlers.errors import BpmnError
from handlers.registry import Registry, handler
from handlers.settings import MailSettings, Settings
from storage.database import Storage
from storage.models import Base
from tests import postgres
from tests.engine.kit import document


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def storage(request, tmp_path):
    """Every rule of the use cases holds on both databases."""
    if request.param == "postgres":
        url = postgres.database(request.getfixturevalue("postgres_server"))
        storage = Storage(url.render_as_string(hide_password=False), tmp_path / "files")
    else:
        storage = Storage(f"sqlite:///{tmp_path / 'test.db'}", tmp_path / "files")
        Base.metadata.create_all(storage.engine)
    yield storage
    storage.close()


class Behaviour:
    """What the handler `test.work` does next: return variables, or raise."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.keys: list[str] = []
        self.failure: Exception | None = None
        self.result: dict[str, object] = {}
        self.during: Callable[[], None] = lambda: None


@pytest.fixture
def behaviour() -> Behaviour:
    return Behaviour()


@pytest.fixture
def registry(behaviour) -> Registry:
    @handler("test.work", title_ru="Работа", title_en="Work")
    def work(context, *, text: str = "") -> dict:
        behaviour.calls.append(text)
        behaviour.keys.append(context.idempotency_key)
        behaviour.during()
        if behaviour.failure is not None:
            raise behaviour.failure
        return behaviour.result

    @handler("test.decline", title_ru="Отказ", title_en="Decline")
    def decline(context) -> dict:
        raise BpmnError("E1", "declined", {"why": "too expensive"})

    @handler("test.subject", title_ru="Тема", title_en="Subject", transactional=True)
    def subject(context, *, text: str) -> dict:
        context.request.subject = text
        return {"subject_set": True}

    registry = Registry()
    for function in (work, decline, subject):
        registry.add(function)
    return registry


@pytest.fixture
def engine(storage, clock, mail_folder, registry):
    settings = Settings(mail=MailSettings(folder=mail_folder))
    engine = ProcessEngine(storage, secret_key="a key", settings=settings, registry=registry, clock=clock)
    yield engine
    engine.close()


def diagram(body: str, *, key: str = "request", properties: str = "") -> bytes:
    """A deployable file around the elements of one process."""
    extra = f"<bpmn:extensionElements><camunda:properties>{properties}</camunda:properties></bpmn:extensionElements>"
    return document(
        f'<bpmn:process id="{key}" name="Request" isExecutable="true">{extra if properties else ""}{body}</bpmn:process>'
    )


@pytest.fixture
def deploy(engine):
    def deploy(body: str, *, key: str = "request", properties: str = "", **files: bytes) -> None:
        content = {"request.bpmn": diagram(body, key=key, properties=properties), **files}
        engine.deployments.deploy(content, by=Actor.system(), activate=True)

    return deploy


@pytest.fixture
def start(engine):
    """Start a request and return its id."""

    def start(*, key: str = "request", by: Actor | None = None, **variables: object) -> int:
        return engine.instances.start(key=key, variables=variables, by=by or Actor.system()).instance_id

    return start


@pytest.fixture
def open_tasks(storage):
    """The open tasks of a request."""

    def open_tasks(instance_id: int):
        with storage.reading() as uow:
            return uow.tasks.open_of(instance_id)

    return open_tasks


@pytest.fixture
def state(storage):
    """The state of a request."""

    def state(instance_id: int) -> str:
        with storage.reading() as uow:
            return uow.instances.get(instance_id).state

    return state
