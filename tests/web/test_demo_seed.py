"""The example of the demonstration: made by running the process, the same for the same moment."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bpmn.engine import ProcessEngine
from handlers import demo_catalogs
from handlers.settings import MailSettings, Settings
from storage.database import Storage
from storage.models import Base, Definition, Document, Event, Incident, Instance, Mail, Task
from web.demo import is_seeded, seed
from web.demo.stories import STORIES

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday noon in Moscow


def _example(folder, *, now=NOW, stories=None):
    storage = Storage(f"sqlite:///{folder / 'demo.db'}", folder / "files")
    Base.metadata.create_all(storage.engine)
    settings = Settings(mail=MailSettings(folder=folder / "mail"))
    engine = ProcessEngine(storage, secret_key="k" * 40, settings=settings, clock=lambda: now)
    seed(engine, storage, stories=stories)
    engine.close()
    return storage


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    storage = _example(tmp_path_factory.mktemp("demo"))
    yield storage
    storage.close()


def _requests(storage):
    with storage.read_session() as session:
        return list(session.scalars(select(Instance).order_by(Instance.number)))


def test_an_empty_database_is_not_seeded_and_a_full_one_is(example, tmp_path):
    empty = Storage(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path / "files")
    Base.metadata.create_all(empty.engine)

    assert not is_seeded(empty)
    assert is_seeded(example)
    empty.close()


def test_requests_stand_at_every_stop_and_in_every_end(example):
    requests = _requests(example)

    assert len(requests) == len(STORIES)
    active = {request.stage for request in requests if request.state == "active"}
    assert active >= {"Уточнение", "Предложение", "Ответ клиента", "Счёт", "Оплата", "Отгрузка", "Доставка"}
    ends = Counter(request.status for request in requests if request.state == "completed")
    assert set(ends) == {"Закрыта", "Отказ клиента", "Отклонена", "Отменена"}


def test_nothing_of_the_example_failed_and_nothing_lies_in_the_future(example):
    with example.read_session() as session:
        assert session.scalars(select(Incident)).all() == []
        assert max(session.scalars(select(Event.at))) <= NOW
        assert all(
            request.created_at <= request.updated_at <= NOW for request in session.scalars(select(Instance))
        )


def test_every_kind_of_work_waits_for_somebody(example):
    with example.read_session() as session:
        open_tasks = set(session.scalars(select(Task.element_id).where(Task.state == "open")))

    assert open_tasks >= {
        "qualify", "quote", "vote", "call", "invoice", "payment", "rest_payment", "shipment", "delivery",
        "delivered", "install",
    }  # fmt: skip


def test_documents_and_letters_were_really_made(example):
    with example.read_session() as session:
        documents = list(session.scalars(select(Document)))
        letters = session.scalars(select(Mail)).all()
        languages = {request.language for request in session.scalars(select(Instance))}

    assert {document.kind for document in documents} == {"quote", "invoice", "upd", "delivery_note", "act"}
    assert all(document.state == "ready" for document in documents)
    assert len(letters) > 100
    assert languages == {"ru", "en"}


def test_the_process_is_in_force(example):
    with example.read_session() as session:
        states = {row.key: row.state for row in session.scalars(select(Definition))}

    assert states == {"equipment_sale": "active", "approval": "active"}


@pytest.mark.parametrize(
    "now", [NOW, datetime(2026, 11, 22, 23, 30, tzinfo=UTC)], ids=["tuesday", "sunday night"]
)
def test_the_same_moment_gives_the_same_example(tmp_path, now):
    told = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        storage = _example(tmp_path / name, now=now, stories=4)
        told.append(
            [(r.number, r.subject, r.status, r.stage, r.amount, r.created_at) for r in _requests(storage)]
        )
        storage.close()

    assert told[0] == told[1]
    assert len(told[0]) == 4


def test_a_first_start_broken_off_after_the_catalogs_is_made_good(tmp_path):
    storage = Storage(f"sqlite:///{tmp_path / 'demo.db'}", tmp_path / "files")
    Base.metadata.create_all(storage.engine)
    with storage.unit_of_work() as uow:
        demo_catalogs.seed(uow, now=NOW, hash_password=str, password="x")
    assert not is_seeded(storage)
    engine = ProcessEngine(storage, secret_key="k" * 40, clock=lambda: NOW)

    seed(engine, storage, stories=0)

    assert is_seeded(storage)
    engine.close()
