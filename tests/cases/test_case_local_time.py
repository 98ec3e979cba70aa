"""«Today» is the organisation's day, in expressions, forms and timers, whatever day it is in Greenwich."""

import json
from datetime import UTC, date, datetime

import pytest

from bpmn.errors import InvalidForm
from storage.models import Job
from tests.engine.kit import END, START, chain, el

NIGHT = datetime(2026, 6, 10, 22, 30, tzinfo=UTC)  # 01:30 of the next day in Moscow
FORM = {
    "components": [
        {
            "type": "datetime",
            "subtype": "date",
            "key": "day",
            "dateLabel": "Day",
            "disallowPassedDates": True,
        },
        {"type": "datetime", "subtype": "datetime", "key": "at", "dateLabel": "At"},
        {"type": "expression", "key": "now_is", "expression": "=today()"},
    ]
}


@pytest.fixture
def task(deploy, start, open_tasks, clock):
    clock.now = NIGHT
    review = el(
        "userTask", "review", camunda_candidateGroups="heads", camunda_formKey="plan",
        camunda_dueDate="=date and time(today(), time(&quot;18:00:00&quot;))",
    )  # fmt: skip
    body = START + review + END + chain("start", "review", "end")
    deploy(body, **{"forms/plan.form": json.dumps(FORM).encode()})
    return open_tasks(start())[0]


def test_a_due_date_counts_from_the_local_day(task):
    assert task.due_at == datetime(2026, 6, 11, 15, 0, tzinfo=UTC)


def test_a_form_reads_local_times_and_knows_which_day_it_is(engine, task, ann):
    posted = {"day": ["10.06.2026"], "at": ["11.06.2026 10:00"]}
    with pytest.raises(InvalidForm) as refused:
        engine.tasks.submit(task_id=task.id, posted=posted, by=ann, language="en")
    assert refused.value.errors == {"day": "The date has passed"}

    engine.tasks.submit(task_id=task.id, posted={**posted, "day": ["11.06.2026"]}, by=ann, language="en")

    kept = engine.instances.variables(task.instance_id)
    assert kept["at"] == datetime(2026, 6, 11, 7, 0, tzinfo=UTC)
    assert kept["now_is"] == date(2026, 6, 11)


def test_a_daily_start_fires_by_the_local_clock(engine, deploy, storage, clock):
    clock.now = NIGHT
    timer = el(
        "startEvent", "start",
        "<bpmn:timerEventDefinition><bpmn:timeCycle>0 9 * * *</bpmn:timeCycle></bpmn:timerEventDefinition>",
    )  # fmt: skip
    deploy(timer + END + chain("start", "end"))

    with storage.read_session() as session:
        assert session.query(Job).one().due_at == datetime(2026, 6, 11, 6, 0, tzinfo=UTC)
