"""A real request becomes a scenario that passes and holds nothing personal."""

from zoneinfo import ZoneInfo

from bpmn.actors import Actor
from bpmn.engine import ProcessEngine
from bpmn.scenarios import Runner
from bpmn.scenarios.recording import Veil, record
from bpmn.scenarios.sources import BundleSource
from storage.models import Task
from tests.versions.bodies import OLD, rows

SYSTEM = Actor.system()


def test_a_recorded_request_passes_as_a_scenario_without_anything_personal(
    engine, storage, deploy, start, run_jobs, clock
):
    deploy(OLD)
    (request,) = start(contact_name="Иван Петров", email="ivan@firm.example", sum=12)
    clock.advance(days=4)
    run_jobs()
    engine.tasks.complete(
        task_id=rows(storage, Task, request)[0].id, values={"note": "звонить +7 916 555-00-11"}, by=SYSTEM
    )
    engine.messages.correlate(name="paid", correlation={}, payload={"amount": 12}, by=SYSTEM)
    run_jobs()

    recording, bundle = engine.replays.recording(request)
    text = record(recording, bundle.model, name="Оплачено", zone=ZoneInfo("Europe/Moscow"))
    with Runner(ProcessEngine) as runner:
        files = dict(bundle.deployment.files)
        result = runner.run_content(
            "scenarios/paid.scenario.yaml", text.encode(), BundleSource("scenarios/paid.scenario.yaml", files)
        )

    assert recording.state == "completed"
    assert result.passed, [
        (step.kind, step.actual, step.words and step.words.message("en")) for step in result.steps
    ]
    for secret in ("Иван", "ivan@firm", "555"):
        assert secret not in text
    assert "sum: 12" in text


def test_the_same_is_replaced_by_the_same_and_codes_stay():
    veil = Veil()

    first = veil.value({"email": "a@b.ru", "outcome": "approve", "inn": "7707083893"})
    second = veil.value(["a@b.ru", "c@d.ru"])
    plain = {"day": "2026-06-10", "number": "ПО-2026-000001", "sum": 1500}

    assert first["email"] == second[0] != second[1]
    assert first["outcome"] == "approve"
    assert first["inn"].isdecimal()
    assert len(first["inn"]) == 10
    assert first["inn"] != "7707083893"
    assert veil.value(plain) == plain
