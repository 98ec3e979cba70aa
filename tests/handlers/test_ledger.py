"""An effect outside happens once per job, or a person is asked."""

import pytest
from sqlalchemy import select

from handlers.errors import HandlerError, UncertainEffect
from handlers.ledger import forget_uncertain, once
from storage.models import Effect


@pytest.fixture
def job(context_of, new_request):
    return context_of(new_request(), idempotency_key="job-1")


def states(storage):
    with storage.read_session() as session:
        return {effect.key: effect.state for effect in session.scalars(select(Effect))}


def test_a_repeat_gets_the_stored_result(job):
    calls = []

    def effect():
        calls.append(1)
        return {"order": 7}

    assert [once(job, "order", effect), once(job, "order", effect)] == [{"order": 7}] * 2
    assert calls == [1]


def test_steps_of_one_job_are_apart(job, storage):
    once(job, "first", dict)
    once(job, "second", dict)

    assert states(storage) == {"job-1:first": "done", "job-1:second": "done"}


def test_a_kill_in_the_middle_is_uncertain_and_not_repeated(job, storage):
    def killed():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        once(job, "order", killed)

    assert states(storage) == {"job-1:order": "begun"}
    with pytest.raises(UncertainEffect, match="order"):
        once(job, "order", dict)


def test_a_repeatable_effect_is_simply_done_again(job, storage):
    def killed():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        once(job, "order", killed, repeatable=True)

    assert once(job, "order", lambda: {"done": True}, repeatable=True) == {"done": True}
    assert states(storage) == {"job-1:order": "done"}


def test_a_certain_failure_leaves_nothing_behind(job, storage):
    def refused():
        raise HandlerError("shop.closed", "closed")

    with pytest.raises(HandlerError):
        once(job, "order", refused)

    assert states(storage) == {}
    assert once(job, "order", lambda: {"order": 1}) == {"order": 1}


def test_a_person_may_decide_that_it_did_not_happen(job, storage):
    def killed():
        raise KeyboardInterrupt

    once(job, "first", lambda: {"n": 1})
    with pytest.raises(KeyboardInterrupt):
        once(job, "second", killed)

    with storage.unit_of_work() as uow:
        assert forget_uncertain(uow.connection, "job-1") == 1
        assert forget_uncertain(uow.connection, "job") == 0

    assert once(job, "first", lambda: {"n": 2}) == {"n": 1}
    assert once(job, "second", lambda: {"n": 2}) == {"n": 2}
