"""Why a step could not be done is said in the reader's language, and forms in the diagram are checked too."""

import re

import pytest

GROUPED = '<bpmn:userTask id="t" camunda:candidateGroups="sales"/>'
FORM = (
    '<bpmn:userTask id="t" camunda:assignee="anna"><bpmn:extensionElements><camunda:formData>'
    '<camunda:formField id="amount" label="Amount" type="long"><camunda:validation>'
    '<camunda:constraint name="required"/></camunda:validation></camunda:formField>'
    "</camunda:formData></bpmn:extensionElements></bpmn:userTask>"
)
WAITS = '<bpmn:receiveTask id="t" messageRef="m_goods"/>'


@pytest.fixture
def demo(kit):
    def make(body):
        kit.process(kit.START + body + kit.END + kit.chain("start", "t", "end"))
        return kit

    return make


def both(step):
    """Return the reason in both languages, each in its own."""
    ru, en = step.message("ru"), step.message("en")
    assert re.search("[а-яё]", ru.partition(":")[2])
    assert not re.search("[а-яё]", en)
    return ru, en


def test_a_person_without_the_group_may_not(demo):
    failure = demo(GROUPED).fails(
        """
        start:
        complete: {task: t, as: boris}
        """,
        "groups: {sales: [anna]}",
    )
    assert "groups" in both(failure)[0]


def test_a_form_in_the_diagram_says_what_is_missing(demo):
    failure = demo(FORM).fails(
        """
        start:
        complete: {task: t, as: anna}
        """
    )
    assert all(text.count("amount") == 1 for text in both(failure))


def test_a_filled_form_in_the_diagram_passes(demo):
    demo(FORM).passes(
        """
        start:
        complete: {task: t, as: anna, variables: {amount: 5}}
        expect: {state: completed, variables: {amount: 5}}
        """
    )


def test_a_message_that_two_requests_wait_for_is_refused(demo):
    two = "start:\n" + "start:\n" + "message: {name: goods}"
    assert "goods" in both(demo(WAITS).fails(two))[0]
