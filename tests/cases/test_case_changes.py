"""The record of every activity says what it changed: tasks, jobs, scripts, decisions, called processes."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from bpmn import changes
from bpmn.journal import Wrote
from storage.models import Activity
from tests.engine.kit import END, START, chain, el, job


@pytest.fixture
def told(engine):
    """What the records of a request's elements tell: element id → [(name, before, after)]."""

    def read(request):
        with engine.storage.reading() as uow:
            rows = uow.connection.execute(
                select(Activity.element_id, Activity.data)
                .where(Activity.instance_id == request)
                .order_by(Activity.id)
            ).all()
        found = {}
        for element, data in rows:
            known = changes.read(data)
            if known:
                found.setdefault(element, []).append(
                    [(one.name, None if one.new else one.before, one.after) for one in known]
                )
        return found

    return read


def script(name, text):
    return f'<bpmn:scriptTask id="{name}" scriptFormat="feel" camunda:resultVariable="{name}_out"><bpmn:script>{text}</bpmn:script></bpmn:scriptTask>'


def test_scripts_and_jobs_tell_what_they_set_and_what_that_replaced(engine, deploy, start, told):
    body = START + script("first", "amount + 1") + script("second", 'date("2026-06-10")') + END
    deploy(body + chain("start", "first", "second", "end"))

    request = start(amount=Decimal("1.50"), second_out=5)

    assert told(request)["first"] == [[("first_out", None, Decimal("2.50"))]]
    ((name, before, after),) = told(request)["second"][0]
    assert (name, before, after.isoformat()) == ("second_out", 5, "2026-06-10")


def test_a_jobs_result_is_told_with_what_it_replaced_and_nothing_where_nothing_changed(
    engine, deploy, start, told, behaviour
):
    behaviour.result = {"sent": 3, "to": "ann", "kept": True}
    work = job("work", topic="test.work")
    deploy(START + work + script("same", "sent") + END + chain("start", "work", "same", "end"))

    request = start(sent=2, kept=True, same_out=3)
    engine.jobs.run_until_idle()

    assert told(request) == {"work": [[("sent", 2, 3), ("to", None, "ann")]]}


def test_a_loop_that_grows_a_list_keeps_its_name_and_not_a_thousand_lists(engine, deploy, start, told):
    grow = script("grow", "append(grow_out, count(grow_out))").replace(
        "><bpmn:script", '><bpmn:multiInstanceLoopCharacteristics isSequential="true"><bpmn:loopCardinality>300</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics><bpmn:script'
    )  # fmt: skip
    deploy(START + grow + END + chain("start", "grow", "end"))

    request = start(grow_out=[])

    records = [one for one in told(request)["grow"] if one]
    assert records[0] == [("grow_out", [], [0])]
    with engine.storage.reading() as uow:
        sizes = [len(str(data)) for data in uow.connection.scalars(select(Activity.data)) if data]
    assert max(sizes) < 2_500
    assert len(engine.instances.variables(request)["grow_out"]) == 300


def test_long_texts_are_cut_and_long_lists_only_named(engine, deploy, start, open_tasks, told, ann):
    task = el("userTask", "ask", camunda_candidateGroups="heads")
    deploy(START + task + END + chain("start", "ask", "end"))
    request = start(rows=[1])

    values = {"note": "y" * 3_000, "rows": [{"a": n} for n in range(500)]}
    engine.tasks.complete(task_id=open_tasks(request)[0].id, values=values, by=ann)

    (record,) = told(request)["ask"]
    assert record == [("note", None, "y" * 1_000 + "…"), ("rows", None, None)]


def test_a_value_outside_the_state_is_not_fetched_only_for_the_record(
    engine, deploy, start, open_tasks, told, ann
):
    task = el("userTask", "ask", camunda_candidateGroups="heads")
    deploy(START + task + END + chain("start", "ask", "end"))
    request = start(big="z" * 5_000)

    engine.tasks.complete(task_id=open_tasks(request)[0].id, values={"big": 1}, by=ann)

    assert told(request)["ask"] == [[("big", None, None)]]


def test_what_is_written_twice_and_comes_back_to_what_it_was_is_no_change():
    wrote = [Wrote(1, {"a": 2, "b": 1}, {"a": 1}), Wrote(1, {"a": 1, "c": 5}, {"a": 2}, ("d",))]

    assert changes.kept(wrote) == {"values": {"b": 1, "c": 5}, "long": ["d"]}
    assert changes.kept([]) == {}
