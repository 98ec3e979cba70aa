"""Sites of every released format come up on this version, and their requests go on to their ends."""

import importlib.util
import re
from datetime import timedelta

import pytest

from bpmn.actors import ADMINISTRATOR, Actor
from bpmn.spiff.codec import FORMAT
from storage import backup, schema
from storage.database import Storage
from tests.paths import ROOT

STATES = ROOT / "tests" / "fixtures" / "states"
RELEASED = sorted(STATES.glob("*.zip"))
ADMIN = Actor(None, "", "", frozenset(), frozenset({ADMINISTRATOR}))


def maker():
    spec = importlib.util.spec_from_file_location("states_make", STATES / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=RELEASED, ids=lambda path: path.stem)
def site(request, tmp_path):
    """The restored site: an engine, its clock, and the switch of its failing handler."""
    make = maker()
    storage = Storage(f"sqlite:///{tmp_path / 'site.db'}", tmp_path / "files", durable=False)
    report = backup.restore(storage, request.param)
    switch, now = make.Switch(), [report.made_at]
    engine = make.engine_on(storage, tmp_path, switch, lambda: now[0])
    yield engine, now, switch, make
    engine.close()


def everything(engine, now, switch):
    """Do all that can be done, as people and programs would, until every request has ended."""
    switch.fails = False
    for round_ in range(30):
        with engine.storage.reading() as uow:
            active = (
                uow.connection.exec_driver_sql("SELECT id FROM instance WHERE state = 'active'")
                .scalars()
                .all()
            )
            tasks = [row for request in active for row in uow.tasks.open_of(request)]
            incidents = [
                row.id
                for request in active
                for row in uow.incidents.open_of(request)
                if row.kind != "assignment"
            ]
        if not active:
            return
        for incident in incidents:
            engine.incidents.retry(incident_id=incident, by=ADMIN)
        for task in tasks:
            values = {"approved": True, "rounds": 2}
            engine.tasks.complete(task_id=task.id, values=values, by=Actor.system())
        if round_ == 1:
            engine.messages.signal(name="S1", payload={}, by=Actor.system())
            engine.messages.correlate(name="M1", correlation={}, payload={}, by=Actor.system())
        for fetched in engine.external.fetch(topics=["erp.work"], owner="w", most=9, lease_s=60):
            engine.external.complete(job_id=fetched.row.id, lease=fetched.lease, owner="w", variables={})
        engine.jobs.run_until_idle()
        now[0] += timedelta(hours=1)
    raise AssertionError([(row, engine.instances.waits(row)) for row in active])


def test_every_request_of_a_released_format_goes_on_to_its_end(site):
    engine, now, switch, make = site
    with engine.storage.reading() as uow:
        requests = dict(uow.connection.exec_driver_sql("SELECT id, number FROM instance").all())
    kept = {name: value for name, value in make.VARIABLES.items() if name not in ("approved", "rounds")}
    for request in requests:
        variables = engine.instances.variables(request)
        assert {name: variables[name] for name in kept} == kept

    everything(engine, now, switch)

    assert len(requests) == 5
    assert engine.watchdog.stuck() == []
    for request in requests:
        variables = engine.instances.variables(request)
        assert {name: variables[name] for name in kept} == kept


def test_the_present_format_has_its_fixture():
    assert f"{FORMAT}-" in {re.match(r"\d+-", path.name).group() for path in RELEASED}
    assert all(schema.knows(path.stem.partition("-")[2]) for path in RELEASED)
