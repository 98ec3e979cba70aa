"""Administration answers in one look: is anything wrong, since when, what to press."""

import pytest
from sqlalchemy import select

from bpmn.actors import Actor
from bpmn.engine import ProcessEngine
from handlers.errors import HandlerError
from handlers.registry import Registry, handler
from handlers.settings import MailSettings, Settings
from storage.ids import new_id
from storage.models import Incident, Job, Mail, Subscription
from tests.web.kit import order_diagram, order_files


class Behaviour:
    def __init__(self) -> None:
        self.broken = True
        self.calls = 0


@pytest.fixture
def behaviour() -> Behaviour:
    return Behaviour()


@pytest.fixture
def engine(storage, clock, mail_folder, behaviour):
    """An engine whose one handler fails until it is mended."""

    @handler("test.pack", title_ru="Собрать", title_en="Pack")
    def pack(context) -> dict:
        behaviour.calls += 1
        if behaviour.broken:
            raise HandlerError("stock.away", "Склад не отвечает: ждали 30 с", retryable=False)
        return {"packed": True}

    registry = Registry()
    registry.add(pack)
    engine = ProcessEngine(
        storage,
        secret_key="key",
        settings=Settings(mail=MailSettings(folder=mail_folder)),
        registry=registry,
        clock=clock,
    )
    yield engine
    engine.close()


@pytest.fixture
def stuck(engine, storage):
    """Three requests that stand at the failing step."""
    engine.deployments.deploy(
        order_files(**{"order.bpmn": order_diagram(handler="test.pack")}), by=Actor.system(), activate=True
    )
    for _ in range(3):
        engine.instances.start(key="order", variables={"quantity": 1}, by=Actor.system(), start_id="begin")
    with storage.read_session() as session:
        rows = session.scalars(select(Subscription).where(Subscription.element_id == "accepted")).all()
    secrets = {row.instance_id: engine.runtime.links.secret(row.instance_id) for row in rows}
    for row in rows:
        with storage.unit_of_work() as uow:
            engine.runtime.links.open(uow, row.instance_id, at=engine.now())
        engine.clients.act(
            secret=secrets[row.instance_id],
            action_id=str(row.id),
            posted={},
            language="ru",
            address="127.0.0.1",
        )
    engine.jobs.run_until_idle()
    with storage.read_session() as session:
        return list(session.scalars(select(Incident.id).where(Incident.state == "open")))


def open_incidents(storage) -> int:
    with storage.read_session() as session:
        return len(session.scalars(select(Incident).where(Incident.state == "open")).all())


def test_all_is_well_is_said_in_one_line(admin_browser):
    page = admin_browser.get("/admin").text

    assert "Всё работает" in page
    assert 'class="verdict is-ok"' in page


def test_failures_of_one_cause_are_one_line_with_one_button(admin_browser, stuck):
    page = admin_browser.get("/admin").text

    assert len(stuck) == 3
    assert 'class="verdict is-late"' in page
    assert "Повторить 3 операции" in page
    assert page.count("Склад не отвечает: ждали 30 с") >= 1


def test_retrying_all_runs_every_step_again(admin_browser, stuck, behaviour, engine, storage):
    page = admin_browser.get("/admin/incidents").text
    alike = page.split('name="alike" value="')[1].split('"')[0]
    behaviour.broken = False

    answer = admin_browser.post("/admin/incidents/retry-all", {"alike": alike})
    engine.jobs.run_until_idle()

    assert answer.status_code == 303
    assert open_incidents(storage) == 0
    assert "Сбоев нет" in admin_browser.get("/admin/incidents").text


def test_one_failure_is_retried_alone(admin_browser, stuck, behaviour, engine, storage):
    behaviour.broken = False

    admin_browser.post(f"/admin/incidents/{stuck[0]}/retry")
    engine.jobs.run_until_idle()

    assert open_incidents(storage) == 2


def test_a_step_is_skipped_with_what_it_would_have_returned(admin_browser, stuck, engine, storage):
    with storage.read_session() as session:
        instance_id = session.get(Incident, stuck[0]).instance_id

    admin_browser.get("/admin/incidents")
    answer = admin_browser.post(f"/admin/incidents/{stuck[0]}/skip", {"values": '{"packed": "by hand"}'})

    assert answer.status_code == 303
    assert open_incidents(storage) == 2
    assert engine.instances.variables(instance_id)["packed"] == "by hand"


@pytest.mark.parametrize("values", ["{", "[1]", "packed"])
def test_values_that_are_no_json_object_skip_nothing(admin_browser, stuck, storage, values):
    admin_browser.post(f"/admin/incidents/{stuck[0]}/skip", {"values": values})

    assert open_incidents(storage) == 3


def test_an_incident_that_is_gone_is_said_to_be_gone(admin_browser, stuck, behaviour, engine):
    behaviour.broken = False
    admin_browser.post(f"/admin/incidents/{stuck[0]}/retry")

    again = admin_browser.post(f"/admin/incidents/{stuck[0]}/retry")

    assert again.status_code == 303
    assert "уже разобрались" in admin_browser.get("/admin/incidents").text


def test_jobs_are_listed_and_moved(admin_browser, stuck, engine, storage, clock):
    job_id = new_id()
    with storage.unit_of_work() as uow:
        uow.session.add(
            Job(
                id=job_id, kind="start_timer", instance_id=None, definition_id=None, token_id=None, element_id="nightly",
                handler=None, state="waiting", due_at=clock(), priority=50, attempt=0, retries_left=3, retry=None,
                details=None, idempotency_key="k", lease_owner=None, lease_until=None, version=1, error=None,
                created_at=clock(),
            )
        )  # fmt: skip

    page = admin_browser.get("/admin/jobs").text
    moved = admin_browser.post(f"/admin/jobs/{job_id}/due", {"due": "2026-06-11T10:00", "how": "at"})

    assert "nightly" in page
    assert moved.status_code == 303
    with storage.read_session() as session:
        assert session.get(Job, job_id).due_at.isoformat() == "2026-06-11T07:00:00+00:00"


@pytest.mark.parametrize("due", ["", "завтра", "2026-99-99T10:00"])
def test_a_time_that_is_not_understood_moves_nothing(admin_browser, due):
    answer = admin_browser.post("/admin/jobs/1/due", {"due": due, "how": "at"})

    assert answer.status_code == 303


def add_letter(storage, clock, **changes) -> int:
    mail_id = new_id()
    values = {
        "instance_id": None, "sender": "Marshrut <m@example.com>", "recipient": "ivan@example.com",
        "subject": "Предложение готово", "text": "Здравствуйте", "html": "<p>Здравствуйте</p><script>alert(1)</script>",
        "attachments": [], "message_id": f"<{mail_id}>", "idempotency_key": str(mail_id),
        "created_at": clock(), "sent_at": clock(), **changes,
    }  # fmt: skip
    with storage.unit_of_work() as uow:
        uow.session.add(Mail(id=mail_id, **values))
    return mail_id


def test_a_letter_is_shown_in_a_frame_that_runs_nothing(admin_browser, storage, clock):
    mail_id = add_letter(storage, clock)

    page = admin_browser.get(f"/admin/mailbox/{mail_id}").text
    body = admin_browser.get(f"/admin/mailbox/{mail_id}/body")

    assert "Предложение готово" in page
    assert 'sandbox="allow-popups' in page
    assert "allow-scripts" not in page
    policy = body.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy


def test_letters_are_found_by_recipient_and_literally(admin_browser, storage, clock):
    add_letter(storage, clock, recipient="olga@example.com", subject="Счёт")
    add_letter(storage, clock, recipient="ivan@example.com", subject="100% скидка")

    assert "Счёт" in admin_browser.get("/admin/mailbox?q=olga").text
    assert "Счёт" not in admin_browser.get("/admin/mailbox?q=100%25").text
    assert "Показать все" in admin_browser.get("/admin/mailbox?q=_nothing_").text


@pytest.mark.parametrize("path", ["", "/incidents", "/jobs", "/mailbox", "/people", "/health"])
@pytest.mark.parametrize("lang", ["ru", "en"])
def test_every_page_opens_in_both_languages(admin_browser, stuck, path, lang):
    answer = admin_browser.get(f"/admin{path}?lang={lang}")

    assert answer.status_code == 200
    assert f'lang="{lang}"' in answer.text


def test_nothing_is_changed_without_the_token_of_the_page(admin_browser, stuck, storage, app):
    answer = admin_browser.http.post(f"/admin/incidents/{stuck[0]}/skip", data={})

    assert answer.status_code == 400
    assert open_incidents(storage) == 3
