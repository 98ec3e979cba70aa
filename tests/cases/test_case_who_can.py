"""A deployment warns of tasks that nobody can do, with the way out, and stores the folder all the same."""

from datetime import UTC, datetime

import pytest

from bpmn.actors import Actor
from storage.ids import new_id
from storage.models import Group, Membership, User
from tests.engine.kit import END, START, chain, document, el, process

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.fixture
def people(storage):
    """Anna sells; Boris, who has left, was the only one who ships."""
    with storage.unit_of_work() as uow:
        sales, shipping = (
            Group(id=new_id(), key=key, name_ru=key, name_en=key) for key in ("sales", "shipping")
        )
        anna, boris = (
            User(
                id=new_id(), email=f"{name}@example.com", name=name, password=None, active=active,
                fs_uniquifier=name, created_at=NOW,
            )
            for name, active in (("anna", True), ("boris", False))
        )  # fmt: skip
        uow.session.add_all([sales, shipping, anna, boris])
        uow.flush()
        uow.session.add_all(
            [
                Membership(user_id=anna.id, group_id=sales.id),
                Membership(user_id=boris.id, group_id=shipping.id),
            ]
        )


def folder(**attributes):
    task = el("userTask", "x", name="Ship it", **{f"camunda_{key}": text for key, text in attributes.items()})
    return {"p.bpmn": document(process(START + task + END + chain("start", "x", "end")))}


def told(engine, **attributes):
    found = engine.deployments.deploy(folder(**attributes), by=Actor.system()).problems
    return [(p.rule, p.element, p.severity) for p in found if p.rule.startswith("who.")]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("attributes", "rule"),
    [
        ({"candidateGroups": "sales"}, None),
        ({"candidateGroups": "=manager.group"}, None),
        ({"assignee": "Anna@example.com"}, None),
        ({"candidateGroups": "nowhere, sales"}, "who.unknown_group"),
        ({"candidateGroups": "shipping"}, "who.empty_group"),
        ({"assignee": "boris@example.com"}, "who.unknown_person"),
        ({"candidateUsers": "anna@example.com,ivan"}, "who.unknown_person"),
        ({}, "who.nobody"),
    ],
)
def test_a_task_that_nobody_can_do_is_a_warning(engine, attributes, rule):
    assert told(engine, **attributes) == ([(rule, "x", "warning")] if rule else [])


def test_names_are_not_judged_before_there_are_groups(engine):
    assert told(engine, candidateGroups="sales") == []


@pytest.mark.usefixtures("people")
def test_the_warning_names_the_task_and_the_way_out_in_both_languages(engine):
    (problem,) = engine.deployments.check(folder(candidateGroups="seles"))
    assert "«Ship it»" in problem.message_ru
    assert "sales" in problem.message_ru
    assert "create it" in problem.message_en
