"""The index of words follows the requests on both databases, and only writes what differs."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bpmn.actors import Actor
from storage.models import Instance, SearchWord
from storage.queries.requests import Filter, page
from tests.engine.kit import END, START, chain, el

WORK = START + el("userTask", "work", name="Work") + END + chain("start", "work", "end")


@pytest.fixture
def request_id(deploy, start):
    deploy(WORK)
    return start()


@pytest.fixture
def found(storage):
    def found(text):
        with storage.read() as connection:
            return [row.id for row in page(connection, Filter(text=text, state="all")).rows]

    return found


def rename(storage, instance_id, subject):
    with storage.unit_of_work() as uow:
        uow.session.get(Instance, instance_id).subject = subject


def test_a_request_is_found_by_any_form_of_its_words(engine, storage, request_id, found):
    rename(storage, request_id, "Договоры поставки: токарный станок")
    engine.searching.refresh()

    assert found("договора") == found("станки") == found("поставка ТОКАРН") == [request_id]
    assert found("договор насос") == []


def test_a_comment_is_found_and_only_once(engine, storage, request_id, found):
    engine.instances.comment(
        instance_id=request_id, body="Клиент просит рассрочку", public=False, by=Actor.system()
    )

    assert engine.searching.refresh() >= 1
    assert found("рассрочки") == [request_id]
    assert engine.searching.refresh() == 0


def test_a_word_that_is_gone_is_not_found_any_more(engine, storage, request_id, found):
    rename(storage, request_id, "насос")
    engine.searching.refresh()
    rename(storage, request_id, "компрессор")
    engine.searching.refresh()

    assert found("насос") == []
    assert found("компрессоры") == [request_id]


def test_what_is_committed_a_little_out_of_order_is_found_too(
    engine, storage, clock, start, request_id, found
):
    """Another node's step began earlier and committed after the index had read beyond it."""
    engine.searching.refresh()
    late = start()
    with storage.unit_of_work() as uow:
        row = uow.session.get(Instance, late)
        row.updated_at, row.subject = clock() - timedelta(seconds=10), "опоздавший"

    engine.searching.refresh()

    assert found("опоздавшая") == [late]


def test_more_than_one_batch_is_read_to_its_end(engine, storage, start, request_id, found, monkeypatch):
    monkeypatch.setattr("storage.search_index.BATCH", 2)
    more = [start() for _ in range(5)]
    for instance_id in more:
        rename(storage, instance_id, f"пресс {instance_id}")

    engine.searching.refresh()

    assert sorted(found("прессы")) == sorted(more)
    assert found(str(more[3])) == [more[3]]


def test_hostile_words_find_nothing_and_break_nothing(engine, storage, request_id, found):
    engine.searching.refresh()

    for text in ("%", "_", "'; drop table search_word; --", "\\", "\x00", "a" * 10_000, "😀", "٣٤٥"):
        assert found(text) in ([], [request_id])
    with storage.read() as connection:
        connection.execute(select(SearchWord).limit(1))
