"""Two acts at once end as one after the other would, whatever the order of their statements."""

import itertools
import random

import pytest

from bpmn.actors import Actor
from bpmn.errors import Conflict, NotFound
from bpmn.messages import Correlated
from tests.engine.kit import END, HOUR, MESSAGE, SIGNAL, START, boundary, catch, chain, el, gateway, job
from tests.races.arena import Arena

SYSTEM = Actor.system()
OFFERED = {"camunda_candidateGroups": "heads"}
TASK = START + el("userTask", "check", **OFFERED) + END + chain("start", "check", "end")
WORK = START + job("work", topic="test.work") + END + chain("start", "work", "end")
KEY = (
    "<bpmn:extensionElements><camunda:properties>"
    '<camunda:property name="correlation:order" value="=order"/>'
    "</camunda:properties></bpmn:extensionElements>"
)
WAIT = START + catch("paid", KEY + MESSAGE) + END + chain("start", "paid", "end")
CYCLE = "<bpmn:timerEventDefinition><bpmn:timeCycle>R/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition>"


def complete(engine, task, by):
    return lambda: engine.tasks.complete(task_id=task, values={}, by=by)


def one_completion_counts(arena: Arena, seed: int) -> None:
    request = arena.start("task")
    task = arena.task(request, "check")

    results = arena.race(
        seed, one=complete(arena.one, task, arena.ann), two=complete(arena.two, task, arena.bob)
    )

    assert sum(isinstance(result, Conflict) for result in results.values()) == 1
    assert arena.visits(request)[("check", "completed")] == 1
    arena.check(request)


def one_claim_counts(arena: Arena, seed: int) -> None:
    request = arena.start("task")
    task = arena.task(request, "check")

    results = arena.race(
        seed,
        one=lambda: arena.one.tasks.claim(task_id=task, by=arena.ann),
        two=lambda: arena.two.tasks.claim(task_id=task, by=arena.bob),
    )

    assert sum(isinstance(result, Conflict) for result in results.values()) == 1
    assert arena.rows("select * from task_candidate where task_id = :t", t=task) == []


def both_tasks_count(arena: Arena, seed: int) -> None:
    request = arena.start("pair")

    results = arena.race(
        seed,
        one=complete(arena.one, arena.task(request, "left"), arena.ann),
        two=complete(arena.two, arena.task(request, "right"), arena.bob),
    )

    assert not [result for result in results.values() if isinstance(result, Exception)]
    assert arena.state(request) == "completed"
    assert arena.visits(request)[("end", "completed")] == 1
    arena.check(request)


def a_task_is_done_or_late(arena: Arena, seed: int) -> None:
    request = arena.start("late")
    arena.advance(hours=2)

    results = arena.race(
        seed,
        one=complete(arena.one, arena.task(request, "check"), arena.ann),
        two=arena.two.jobs.run_until_idle,
    )

    late = isinstance(results["one"], Conflict)
    assert arena.visits(request)[("check", "cancelled" if late else "completed")] == 1
    assert arena.visits(request)[("overdue", "completed")] == late
    arena.check(request)


def a_message_or_the_cancellation(arena: Arena, seed: int) -> None:
    request = arena.start("wait", order=seed)

    arena.race(
        seed,
        one=lambda: arena.one.messages.correlate(
            name="M1", correlation={"order": seed}, payload={}, by=SYSTEM, ttl_s=3600
        ),
        two=lambda: arena.two.instances.cancel(instance_id=request, reason="no", by=arena.administrator),
    )

    messages = arena.rows("select state from buffered_message where name = 'M1' order by id desc limit 1")
    assert messages == [("delivered" if arena.state(request) == "completed" else "waiting",)]
    arena.check(request)


def a_start_meets_an_activation(arena: Arena, seed: int) -> None:
    old = arena.deploy(TASK, key="versions")
    new = arena.deploy(
        TASK.replace('id="check"', f'id="check" name="Check {seed}"'), key="versions", activate=False
    )

    results = arena.race(
        seed,
        one=lambda: arena.one.instances.start(key="versions", variables={}, by=SYSTEM),
        two=lambda: arena.two.deployments.activate(definition_id=new, by=arena.administrator),
    )

    on = arena.rows("select definition_id from instance where id = :i", i=results["one"].instance_id)
    assert on[0][0] in (old, new)
    assert arena.rows("select id from definition where key = 'versions' and state = 'active'") == [(new,)]


def a_timer_start_meets_an_activation(arena: Arena, seed: int) -> None:
    body = el("startEvent", "start", CYCLE) + el("userTask", "check", **OFFERED) + END
    body += chain("start", "check", "end")
    arena.deploy(body, key="cycle")
    new = arena.deploy(
        body.replace('id="check"', f'id="check" name="Check {seed}"'), key="cycle", activate=False
    )
    arena.advance(hours=1)

    arena.race(
        seed,
        one=arena.one.jobs.run_until_idle,
        two=lambda: arena.two.deployments.activate(definition_id=new, by=arena.administrator),
    )

    assert arena.rows("select definition_id from job where kind = 'start_timer'") == [(new,)]
    arena.one.deployments.retire(definition_id=new, by=arena.administrator)


def two_activations(arena: Arena, seed: int) -> None:
    body = el("startEvent", "start", SIGNAL) + END + chain("start", "end")
    versions = [
        arena.deploy(body.replace('id="end"', f'id="end" name="{seed}{n}"'), key="latest", activate=False)
        for n in range(2)
    ]

    arena.race(
        seed,
        one=lambda: arena.one.deployments.activate(definition_id=versions[0], by=arena.administrator),
        two=lambda: arena.two.deployments.activate(definition_id=versions[1], by=arena.administrator),
    )

    active = arena.rows("select id from definition where key = 'latest' and state = 'active'")
    assert len(active) == 1
    assert active[0][0] in versions
    waits = arena.rows(
        "select definition_id from subscription where definition_id is not null and name = 'S1'"
    )
    assert waits == active


def two_workers(arena: Arena, seed: int) -> None:
    request = arena.start("working")

    arena.race(seed, one=arena.one.jobs.run_until_idle, two=arena.two.jobs.run_until_idle)

    assert arena.state(request) == "completed"
    assert arena.visits(request)[("work", "completed")] == 1
    arena.check(request)


def a_worker_that_lost_its_lease(arena: Arena, seed: int) -> None:
    request = arena.start("working")
    (held,) = arena.one.jobs.acquire()
    arena.advance(minutes=5)

    arena.race(seed, one=lambda: arena.one.jobs.execute(held), two=arena.two.jobs.run_until_idle)

    for _ in range(3):  # whoever found an effect begun and not done left it to a person, or tried again later
        arena.advance(minutes=10)
        arena.one.jobs.run_until_idle()
    if arena.state(request) == "active":
        arena.one.incidents.skip(incident_id=arena.incident(request), by=arena.administrator)
    assert arena.visits(request)[("work", "completed")] == 1
    arena.check(request)


def two_schedulers(arena: Arena, seed: int) -> None:
    requests = [arena.start("rest") for _ in range(3)]
    arena.advance(hours=2)

    arena.race(seed, one=arena.one.jobs.run_until_idle, two=arena.two.jobs.run_until_idle)

    for request in requests:
        assert arena.state(request) == "completed"
        assert arena.visits(request)[("hour", "completed")] == 1
        arena.check(request)


def one_message_sent_twice(arena: Arena, seed: int) -> None:
    request = arena.start("wait", order=seed)

    def send(engine):
        return lambda: engine.messages.correlate(
            name="M1", correlation={"order": seed}, payload={}, by=SYSTEM, message_id=f"m{seed}"
        )

    results = arena.race(seed, one=send(arena.one), two=send(arena.two))

    answers = [result.state for result in results.values() if isinstance(result, Correlated)]
    assert sorted(answers) == ["delivered", "duplicate"]
    arena.check(request)


def one_start_sent_twice(arena: Arena, seed: int) -> None:
    def send(engine):
        return lambda: engine.instances.start(key="task", variables={}, by=SYSTEM, message_id=f"s{seed}")

    results = arena.race(seed, one=send(arena.one), two=send(arena.two))

    assert results["one"] == results["two"]
    arena.check(results["one"].instance_id)


def a_message_and_the_wait_for_it(arena: Arena, seed: int) -> None:
    results = arena.race(
        seed,
        one=lambda: arena.one.messages.correlate(
            name="M1", correlation={"order": seed}, payload={}, by=SYSTEM, ttl_s=3600
        ),
        two=lambda: arena.two.instances.start(key="wait", variables={"order": seed}, by=SYSTEM),
    )

    arena.one.messages.look_again()
    arena.one.jobs.run_until_idle()
    assert arena.state(results["two"].instance_id) == "completed"


def two_kept_messages_for_one_wait(arena: Arena, seed: int) -> None:
    for _ in range(2):
        arena.one.messages.correlate(
            name="M1", correlation={"order": seed}, payload={}, by=SYSTEM, ttl_s=3600
        )
    request = arena.start("wait", order=seed)

    arena.race(seed, one=arena.one.jobs.run_until_idle, two=arena.two.jobs.run_until_idle)
    arena.one.jobs.run_until_idle()

    last = arena.rows("select state from buffered_message where name = 'M1' order by id desc limit 2")
    assert sorted(last) == [("delivered",), ("waiting",)]
    assert arena.rows("select id from incident where state = 'open'") == []
    arena.check(request)


def two_retries_of_one_incident(arena: Arena, seed: int) -> None:
    request = arena.start("gate")
    incident = arena.incident(request)
    arena.one.instances.set_variables(instance_id=request, values={"rate": 1}, by=arena.administrator)

    results = arena.race(
        seed,
        one=lambda: arena.one.incidents.retry(incident_id=incident, by=arena.administrator),
        two=lambda: arena.two.incidents.retry(incident_id=incident, by=arena.administrator),
    )

    refused = [result for result in results.values() if isinstance(result, Exception)]
    assert len(refused) == 1
    assert isinstance(refused[0], (NotFound, Conflict))
    retried = "select id from event where kind = 'incident_retried' and instance_id = :i"
    assert len(arena.rows(retried, i=request)) == 1
    assert arena.state(request) == "completed"


def a_failing_job_and_the_cancellation(arena: Arena, seed: int) -> None:
    request = arena.start("working")
    arena.failure = LookupError("away")
    for _ in range(3):
        arena.one.jobs.run_until_idle()
        arena.advance(minutes=10)

    arena.race(
        seed,
        one=arena.one.jobs.run_until_idle,
        two=lambda: arena.two.instances.cancel(instance_id=request, reason="no", by=arena.administrator),
    )
    arena.failure = None

    assert arena.state(request) == "cancelled"
    arena.check(request)


def a_signal_and_the_cancellation(arena: Arena, seed: int) -> None:
    request = arena.start("hear")

    arena.race(
        seed,
        one=lambda: arena.one.messages.signal(name="S1", payload={}, by=SYSTEM),
        two=lambda: arena.two.instances.cancel(instance_id=request, reason="no", by=arena.administrator),
    )

    assert arena.state(request) in ("completed", "cancelled")
    arena.check(request)


RACES = [
    one_completion_counts,
    one_claim_counts,
    both_tasks_count,
    a_task_is_done_or_late,
    a_message_or_the_cancellation,
    a_start_meets_an_activation,
    a_timer_start_meets_an_activation,
    two_activations,
    two_workers,
    a_worker_that_lost_its_lease,
    two_schedulers,
    one_message_sent_twice,
    one_start_sent_twice,
    a_message_and_the_wait_for_it,
    two_kept_messages_for_one_wait,
    two_retries_of_one_incident,
    a_failing_job_and_the_cancellation,
    a_signal_and_the_cancellation,
]


def prepare(arena: Arena) -> None:
    arena.deploy(TASK, key="task")
    arena.deploy(WORK, key="working")
    arena.deploy(WAIT, key="wait")
    two = gateway("parallel", "fork", "join") + el("userTask", "left", **OFFERED)
    two += el("userTask", "right", **OFFERED)
    arena.deploy(
        START + two + END + chain("start", "fork", "left", "join", "end") + chain("fork", "right", "join"),
        key="pair",
    )
    late = el("userTask", "check", **OFFERED) + boundary("overdue", "check", HOUR)
    arena.deploy(
        START
        + late
        + END
        + el("endEvent", "sorry")
        + chain("start", "check", "end")
        + chain("overdue", "sorry"),
        key="late",
    )
    arena.deploy(START + catch("hour", HOUR) + END + chain("start", "hour", "end"), key="rest")
    arena.deploy(START + catch("heard", SIGNAL) + END + chain("start", "heard", "end"), key="hear")
    gate = gateway("exclusive", "enough", default="enough.end") + el("endEvent", "many")
    conditional = (
        '<bpmn:sequenceFlow id="enough.many" sourceRef="enough" targetRef="many">'
        "<bpmn:conditionExpression>=1 / rate &gt; 0</bpmn:conditionExpression></bpmn:sequenceFlow>"
    )
    arena.deploy(START + gate + END + conditional + chain("start", "enough", "end"), key="gate")


def explore(arena: Arena, race, schedules: int) -> None:
    """Run a race in so many orders; a failure names its seed."""
    prepare(arena)
    begin = random.randrange(2**30)
    for seed in itertools.islice(itertools.count(begin), schedules):
        try:
            race(arena, seed)
        except AssertionError as error:
            error.add_note(f"schedule {seed}")
            raise


def test_acts_at_once_end_as_one_after_the_other(arena):
    prepare(arena)
    for race in RACES:
        seed = random.randrange(2**30)
        try:
            race(arena, seed)
        except AssertionError as error:
            error.add_note(f"{race.__name__}, schedule {seed}")
            raise


@pytest.mark.proof
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_acts_at_once_end_as_one_after_the_other_in_many_orders(arena, race):
    explore(arena, race, 60)
