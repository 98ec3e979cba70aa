"""Values that programs send are held to the rules of the form, exactly as its JSON Schema and its page tell them."""

import json

import jsonschema
import pytest

from bpmn.errors import InvalidForm
from storage.ids import new_id
from tests.engine.kit import END, START, chain, el

FORM = {
    "type": "default",
    "components": [
        {"type": "textfield", "key": "subject", "label": "Тема", "validate": {"required": True, "maxLength": 20}},
        {"type": "number", "key": "price", "label": "Цена", "validate": {"min": 0}},
        {"type": "select", "key": "terms", "label": "Условия", "values": [{"value": "half", "label": "50 / 50"}]},
        {"type": "expression", "key": "double", "label": "Вдвое", "expression": "=price * 2"},
        {"type": "filepicker", "key": "scan", "label": "Скан", "accept": ".pdf"},
    ],
}  # fmt: skip
RIGHT = {"subject": "Станок", "price": 5, "terms": "half"}
WRONG = [
    ({"price": 5}, "subject"),
    ({**RIGHT, "subject": "x" * 21}, "subject"),
    ({**RIGHT, "price": -1}, "price"),
    ({**RIGHT, "price": "5"}, "price"),
    ({**RIGHT, "terms": "whole"}, "terms"),
    ({**RIGHT, "more": 1}, "more"),
]
FIXED = [({**RIGHT, "double": 11}, "double"), ({**RIGHT, "scan": "0" * 32}, "scan")]
"""What only the process can judge."""


@pytest.fixture
def asked(deploy):
    """A process with one form, for its start and for its task."""
    ask = el("userTask", "ask", camunda_candidateGroups="heads", camunda_formKey="asked")
    begin = START.replace("/>", ' camunda:formKey="asked"/>')
    files = {"forms/asked.form": json.dumps(FORM).encode()}
    deploy(begin + ask + END + chain("start", "ask", "end"), **files)


def test_a_start_with_right_values_sets_them_and_what_the_form_computes(engine, asked, ann):
    started = engine.instances.start_with(key="request", values=RIGHT, by=ann)

    variables = engine.instances.variables(started.instance_id)
    assert {name: variables[name] for name in RIGHT} == RIGHT
    assert variables["double"] == 10


@pytest.mark.parametrize(("values", "field"), WRONG + FIXED)
def test_a_start_with_wrong_values_starts_nothing(engine, asked, ann, storage, values, field):
    with pytest.raises(InvalidForm) as refused:
        engine.instances.start_with(key="request", values=values, by=ann)

    assert list(refused.value.errors) == [field]
    with storage.reading() as uow:
        assert not uow.connection.exec_driver_sql("select id from instance").all()


@pytest.mark.parametrize(("values", "field"), WRONG + FIXED)
def test_a_task_takes_from_programs_only_what_its_form_takes(
    engine, asked, ann, start, open_tasks, values, field
):
    (task,) = open_tasks(start())
    with pytest.raises(InvalidForm) as refused:
        engine.tasks.complete(task_id=task.id, values=values, by=ann)
    assert list(refused.value.errors) == [field]

    engine.tasks.complete(task_id=task.id, values=RIGHT, by=ann)


def test_the_schema_refuses_what_the_form_refuses(engine, asked):
    for language in ("ru", "en"):
        schema = engine.instances.start_schema(key="request", language=language)
        check = jsonschema.Draft202012Validator(schema)
        assert check.is_valid(RIGHT)
        assert not [values for values, _field in WRONG if check.is_valid(values)]


def test_without_a_form_anything_is_taken_and_the_same_message_starts_one_request(engine, deploy, ann):
    deploy(
        START + el("userTask", "wait", camunda_candidateGroups="heads") + END + chain("start", "wait", "end")
    )
    message_id = f"order:{new_id()}"

    first = engine.instances.start_with(key="request", values={"a": [1]}, by=ann, message_id=message_id)
    second = engine.instances.start_with(key="request", values={"a": [2]}, by=ann, message_id=message_id)

    assert first.instance_id == second.instance_id
    assert engine.instances.variables(first.instance_id)["a"] == [1]
    assert engine.instances.start_schema(key="request", language="en") is None
