"""A call activity runs the version that its binding means."""

import pytest

from bpmn.actors import Actor
from tests.engine.kit import END, START, chain, document, el, process

BY = Actor.system()


def called(task, tag=""):
    attributes = {"camunda:versionTag": tag} if tag else {}
    body = el("startEvent", "qs") + el("manualTask", task, camunda_assignee="anna") + el("endEvent", "qe")
    return process(body + chain("qs", task, "qe"), id="q", **attributes)


def caller(**attributes):
    more = {f"camunda_calledElement{name}": text for name, text in attributes.items()}
    return process(
        START + el("callActivity", "c", calledElement="q", **more) + END + chain("start", "c", "end")
    )


@pytest.fixture
def versions(engine):
    """Three versions of q: old (tag a), middle (tag b, in force), new (tag b, not in force)."""
    for task, tag, active in (("old", "a", False), ("middle", "b", True), ("new", "b", False)):
        engine.deployments.deploy({"q.bpmn": document(called(task, tag))}, by=BY, activate=active)


def runs(engine, open_tasks, content):
    engine.deployments.deploy({"p.bpmn": content}, by=BY, activate=True)
    instance = engine.instances.start(key="proc", variables={"n": 1}, by=BY).instance_id
    return [task.element_id for task in open_tasks(instance)]


@pytest.mark.usefixtures("versions")
@pytest.mark.parametrize(
    ("binding", "task"),
    [
        ({}, ["middle"]),
        ({"Binding": "latest"}, ["middle"]),
        ({"Binding": "version", "Version": "1"}, ["old"]),
        ({"Binding": "version", "Version": "${n + 2}"}, ["new"]),
        ({"Binding": "versionTag", "VersionTag": "a"}, ["old"]),
        ({"Binding": "versionTag", "VersionTag": "b"}, ["new"]),
        ({"Binding": "version", "Version": "7"}, []),
        ({"Binding": "versionTag", "VersionTag": "nothing"}, []),
    ],
)
def test_a_binding_means_one_version(engine, open_tasks, binding, task):
    assert runs(engine, open_tasks, document(caller(**binding))) == task


@pytest.mark.usefixtures("versions")
@pytest.mark.parametrize(
    ("binding", "task"),
    [({}, "own"), ({"Binding": "deployment"}, "own"), ({"Binding": "version", "Version": "1"}, "old")],
)
def test_the_own_folder_comes_first_unless_another_version_is_named(engine, open_tasks, binding, task):
    assert runs(engine, open_tasks, document(caller(**binding), called("own"))) == [task]


@pytest.mark.usefixtures("versions")
def test_latest_is_the_version_in_force_even_when_the_folder_has_an_older_one(engine, open_tasks):
    engine.deployments.deploy(
        {"p.bpmn": document(caller(Binding="latest"), called("own"))}, by=BY, activate=True
    )
    engine.deployments.deploy({"q.bpmn": document(called("newest"))}, by=BY, activate=True)
    instance = engine.instances.start(key="proc", variables={}, by=BY).instance_id
    assert [task.element_id for task in open_tasks(instance)] == ["newest"]


@pytest.mark.usefixtures("versions")
def test_a_version_that_is_not_there_is_an_incident_of_the_call(engine, storage):
    engine.deployments.deploy(
        {"p.bpmn": document(caller(Binding="version", Version="7"))}, by=BY, activate=True
    )
    instance = engine.instances.start(key="proc", variables={}, by=BY).instance_id
    with storage.reading() as uow:
        (incident,) = uow.incidents.open_of(instance)
    assert incident.element_id == "c"
    assert "'7'" in incident.message


@pytest.mark.parametrize(("binding", "severity"), [({}, "warning"), ({"Binding": "deployment"}, "error")])
def test_a_called_process_that_the_folder_lacks_is_told(engine, binding, severity):
    found = engine.deployments.check({"p.bpmn": document(caller(**binding))})
    assert [(p.element, p.severity) for p in found if p.rule == "called.unknown"] == [("c", severity)]
