"""The watchdog reports running requests to which nothing can happen, and no others."""

import pytest

from storage.queries.watchdog import figures
from tests.engine.kit import END, START, chain, el, job, user

pytestmark = pytest.mark.parametrize("storage", ["sqlite"], indirect=True)


def stuck(engine):
    return [found.instance_id for found in engine.watchdog.stuck()]


def delete(storage, table, request):
    with storage.unit_of_work() as uow:
        uow.connection.exec_driver_sql(f"DELETE FROM {table} WHERE instance_id = {request}")


WAITS = {
    "task": START + user("wait") + END + chain("start", "wait", "end"),
    "job": START + job("wait", topic="test.work") + END + chain("start", "wait", "end"),
    "subscription": START
    + el("intermediateCatchEvent", "wait", '<bpmn:signalEventDefinition signalRef="sig1"/>')
    + END + chain("start", "wait", "end"),
}  # fmt: skip


@pytest.mark.parametrize("table", WAITS)
def test_a_request_whose_only_wait_is_gone_is_reported(engine, deploy, start, storage, table):
    deploy(WAITS[table])
    request = start()
    with storage.unit_of_work() as uow:
        uow.connection.exec_driver_sql("DELETE FROM task_candidate")
    if table == "task":
        with storage.unit_of_work() as uow:
            uow.connection.exec_driver_sql("UPDATE incident SET state = 'resolved'")
    assert stuck(engine) == []

    delete(storage, table, request)

    assert stuck(engine) == [request]


def test_an_incident_an_end_and_an_offer_of_activities_are_no_reason(
    engine, deploy, start, behaviour, clock, storage
):
    behaviour.failure = RuntimeError("away")
    deploy(WAITS["job"])
    start()
    while engine.jobs.run_until_idle():
        clock.advance(minutes=10)
    assert stuck(engine) == []

    deploy(
        START + el("adHocSubProcess", "pick", user("a") + user("b")) + END + chain("start", "pick", "end"),
        key="offer",
    )
    start(key="offer")

    assert stuck(engine) == []
    with storage.read() as connection:
        found = figures(connection, now=clock())
    assert found.requests == 2
    assert found.jobs == {("handler", "failed"): 1}
    assert found.incidents == {"RuntimeError": 1}


def test_figures_tell_what_waits_for_us_and_for_others(engine, deploy, start, registry, clock, storage):
    registry.external_topics = ("erp.*",)
    deploy(START + job("wait", topic="erp.x") + END + chain("start", "wait", "end"))
    start()
    clock.advance(minutes=5)

    with storage.read() as connection:
        found = figures(connection, now=clock())

    assert found.due == {"external": 1}
    assert (clock() - found.oldest_due_at["external"]).total_seconds() == 300
