"""What differs between two versions, in the terms of those who draw."""

import json
from xml.sax.saxutils import escape

from bpmn.differences import compare, compare_diagrams
from tests.engine.kit import document

DIAGRAM = document(
    '<bpmn:message id="m1" name="paid"/>'
    '<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="s"/>'
    '<bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="a"/>'
    '<bpmn:userTask id="a" name="Проверить" camunda:candidateGroups="heads"/>'
    '<bpmn:sequenceFlow id="f2" sourceRef="a" targetRef="w"><bpmn:conditionExpression>x &gt; 1</bpmn:conditionExpression></bpmn:sequenceFlow>'
    '<bpmn:receiveTask id="w" messageRef="m1"/>'
    '<bpmn:sequenceFlow id="f3" sourceRef="w" targetRef="e"/><bpmn:endEvent id="e"/></bpmn:process>'
)


def how(old: bytes, new: bytes) -> dict[str, str]:
    return {one.id: one.how for one in compare_diagrams(old, new)}


def test_the_same_diagram_written_in_another_way_is_no_difference():
    written = DIAGRAM.replace(b"bpmn:", b"b:").replace(b"xmlns:bpmn", b"xmlns:b")
    assert (
        how(DIAGRAM, written.replace(b'<b:startEvent id="s"/>', b'\n <!-- x -->  <b:startEvent id="s"/>'))
        == {}
    )


def test_a_changed_setting_names_itself_with_before_and_after():
    new = DIAGRAM.replace(b'candidateGroups="heads"', b'candidateGroups="chiefs"').replace(
        b"x &gt; 1", b"x &gt; 2"
    )
    changes = {one.id: one.settings for one in compare_diagrams(DIAGRAM, new)}
    assert [(one.name, one.before, one.after) for one in changes["a"]] == [("groups", "heads", "chiefs")]
    assert [(one.name, one.before, one.after) for one in changes["f2"]] == [("condition", "x > 1", "x > 2")]


def test_a_message_with_another_name_changes_the_element_that_waits_for_it():
    new = DIAGRAM.replace(b'name="paid"', b'name="settled"')
    (change,) = compare_diagrams(DIAGRAM, new)
    assert change.id == "w"
    assert (change.settings[0].before, change.settings[0].after) == ("paid", "settled")


def test_elements_come_and_go():
    new = DIAGRAM.replace(b'<bpmn:endEvent id="e"/>', b'<bpmn:endEvent id="e2"/>').replace(
        b'"e"/>', b'"e2"/>'
    )
    found = how(DIAGRAM, new)
    assert found["e2"] == "added"
    assert found["e"] == "removed"
    assert found["f3"] == "changed"


def test_an_element_only_drawn_elsewhere_is_moved_and_counts_as_no_change():
    def drawn(x: int) -> bytes:
        shape = f'<di:BPMNShape xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" id="d" bpmnElement="a"><dc:Bounds xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" x="{x}" y="0" width="1" height="1"/></di:BPMNShape>'
        return DIAGRAM.replace(b"</bpmn:definitions>", shape.encode() + b"</bpmn:definitions>")

    found = compare({"p.bpmn": drawn(1)}, {"p.bpmn": drawn(2)})
    assert [(one.id, one.how) for one in found.files[0].elements] == [("a", "moved")]
    assert found.count == 0


def rules(*rows: tuple[str, str, str]) -> bytes:
    inner = "".join(
        f'<rule id="{key}"><inputEntry id="i{key}"><text>{escape(one)}</text></inputEntry><outputEntry id="o{key}"><text>{two}</text></outputEntry></rule>'
        for key, one, two in rows
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="x" name="x" namespace="n"><decision id="d" name="Скидка">'
        f'<decisionTable id="t"><input id="i" label="Сумма"/><output id="o" name="percent"/>{inner}</decisionTable></decision></definitions>'
    ).encode()


def test_rules_are_added_removed_and_changed():
    old = rules(("r1", "< 10", "0"), ("r2", "[10..20]", "5"), ("r3", "> 20", "7"))
    new = rules(("r1", "< 10", "1"), ("x3", "> 20", "7"), ("r4", "> 90", "9"))
    (file,) = compare({"d.dmn": old}, {"d.dmn": new}).files
    (decision,) = file.decisions
    assert decision.columns == ("Сумма", "percent")
    assert [(rule.how, rule.before, rule.after) for rule in decision.rules] == [
        ("changed", ("< 10", "0"), ("< 10", "1")),
        ("same", ("> 20", "7"), ("> 20", "7")),
        ("added", (), ("> 90", "9")),
        ("removed", ("[10..20]", "5"), ()),
    ]


def form(*parts: dict) -> bytes:
    return json.dumps({"type": "default", "components": parts}).encode()


def test_fields_of_a_form_are_compared_by_key():
    old = form({"key": "a", "type": "textfield", "id": "1"}, {"key": "b", "type": "number", "label": "Б"})
    new = form(
        {"key": "a", "type": "textfield", "id": "9", "validate": {"required": True}},
        {"key": "c", "type": "date"},
    )
    (file,) = compare({"forms/f.form": old}, {"forms/f.form": new}).files
    assert [(one.key, one.how) for one in file.fields] == [("a", "changed"), ("c", "added"), ("b", "removed")]
    assert file.fields[0].settings[0].detail == "validate.required"


def test_texts_are_compared_line_by_line_and_what_is_no_text_is_only_named():
    found = compare(
        {"t.md": b"one\ntwo", "p.png": b"\x89\x00"}, {"t.md": b"one\nthree", "p.png": b"\x89\x01"}
    )
    text, picture = sorted(found.files, key=lambda one: one.kind, reverse=True)
    assert [(one.how, one.text) for one in text.lines] == [
        ("same", "one"),
        ("removed", "two"),
        ("added", "three"),
    ]
    assert (picture.kind, picture.how) == ("binary", "changed")


def test_a_file_that_cannot_be_read_as_its_kind_is_compared_as_text():
    (file,) = compare({"p.bpmn": b"<x"}, {"p.bpmn": DIAGRAM}).files
    assert file.kind == "text"
