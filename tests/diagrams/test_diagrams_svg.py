"""A diagram becomes a picture in which every element is there, legible and safe."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn import diagrams
from bpmn.diagrams.text import width_of, wrap
from bpmn.xml import XmlRefused, parse_xml
from tests.paths import SHARED

SVG = "{http://www.w3.org/2000/svg}"
BPMN = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
DI = (
    'xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:dd="http://www.omg.org/spec/DD/20100524/DI"'
)
MIWG = sorted((SHARED / "conformance" / "miwg").glob("**/*.bpmn"))


def process(content: str, drawing: str = "") -> bytes:
    return f'<definitions {BPMN} {DI}><process id="p" name="P">{content}</process>{drawing}</definitions>'.encode()


def drawn(*parts: str) -> str:
    return f'<di:BPMNDiagram><di:BPMNPlane bpmnElement="p">{"".join(parts)}</di:BPMNPlane></di:BPMNDiagram>'


def shape(
    identifier: str, x: int = 0, y: int = 0, width: int = 100, height: int = 80, extra: str = ""
) -> str:
    return (
        f'<di:BPMNShape bpmnElement="{identifier}" {extra}>'
        f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/></di:BPMNShape>'
    )


def edge(identifier: str, *points: tuple[int, int]) -> str:
    steps = "".join(f'<dd:waypoint x="{x}" y="{y}"/>' for x, y in points)
    return f'<di:BPMNEdge bpmnElement="{identifier}">{steps}</di:BPMNEdge>'


def group_of(picture: str, identifier: str) -> ET.Element:
    root = ET.fromstring(picture)
    return next(part for part in root.iter(f"{SVG}g") if part.get("data-element-id") == identifier)


def ids_of(picture: str) -> list[str]:
    return re.findall(r'data-element-id="([^"]*)"', picture)


SALE = """
<startEvent id="s" name="Заявка"/><userTask id="a" name="Уточнить детали"/>
<exclusiveGateway id="g" name="Скидка?" default="f4"/><userTask id="b" name="Согласовать"/>
<serviceTask id="c" name="Отправить"/><endEvent id="e"/>
<boundaryEvent id="t" attachedToRef="b" cancelActivity="false"><timerEventDefinition/></boundaryEvent>
<sendTask id="r" name="Напомнить"/><exclusiveGateway id="m"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="g"/>
<sequenceFlow id="f3" sourceRef="g" targetRef="b" name="больше 5 %"/>
<sequenceFlow id="f4" sourceRef="g" targetRef="c" name="до 5 %"/><sequenceFlow id="f5" sourceRef="b" targetRef="c"/>
<sequenceFlow id="f6" sourceRef="c" targetRef="m"/><sequenceFlow id="f7" sourceRef="m" targetRef="e"/>
<sequenceFlow id="f8" sourceRef="m" targetRef="a"/><sequenceFlow id="f9" sourceRef="t" targetRef="r"/>
"""


def readable(content: bytes) -> bytes:
    """Mend the one file (GenMyModel 0.47) that says UTF-8 and has letters of Latin-1."""
    try:
        return content.decode("utf-8").encode()
    except UnicodeDecodeError:
        return content.decode("latin-1").encode()


@pytest.mark.skipif(not MIWG, reason="the conformance files are not beside the project")
@pytest.mark.parametrize("path", MIWG, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_interchange_file_is_drawn_with_every_shape(path):
    content = readable(path.read_bytes())
    root = parse_xml(content).getroot()

    picture = diagrams.svg(content)

    parts = root.iter("{*}BPMNShape", "{*}BPMNEdge")
    wanted = {(part.get("bpmnElement") or part.get("id")).rpartition(":")[2] for part in parts}
    assert wanted <= set(ids_of(picture))
    assert ET.fromstring(picture).get("role") == "img"


def test_a_file_without_drawing_is_laid_out_with_every_element_once():
    picture = diagrams.svg(process(SALE))

    assert sorted(ids_of(picture)) == sorted(re.findall(r' id="(\w+)"', SALE))


def test_laid_out_nodes_do_not_overlap():
    root = ET.fromstring(diagrams.svg(process(SALE)))
    boxes = []
    for part in root.iter(f"{SVG}rect"):
        if "n" in (part.get("class") or "").split():
            boxes.append([float(part.get(name)) for name in ("x", "y", "width", "height")])

    assert len(boxes) == 4
    for number, (x1, y1, w1, h1) in enumerate(boxes):
        for x2, y2, w2, h2 in boxes[:number]:
            assert x1 + w1 <= x2 or x2 + w2 <= x1 or y1 + h1 <= y2 or y2 + h2 <= y1


@settings(max_examples=40, deadline=None)
@given(arcs=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25))
def test_any_graph_can_be_laid_out(arcs):
    nodes = "".join(f'<task id="n{number}"/>' for number in range(10))
    flows = "".join(
        f'<sequenceFlow id="f{place}" sourceRef="n{source}" targetRef="n{target}"/>'
        for place, (source, target) in enumerate(arcs)
    )

    assert len(ids_of(diagrams.svg(process(nodes + flows)))) == 10 + len(arcs)


def test_pools_lanes_and_messages_are_laid_out_too():
    picture = diagrams.svg(
        f"""<definitions {BPMN}><collaboration id="c"><participant id="us" name="Мы" processRef="p"/>
        <participant id="them" name="Клиент"/><messageFlow id="m" sourceRef="a" targetRef="them"/></collaboration>
        <process id="p"><laneSet id="ls"><lane id="l1" name="Продажи"><flowNodeRef>a</flowNodeRef></lane>
        <lane id="l2" name="Склад"><flowNodeRef>b</flowNodeRef></lane></laneSet>
        <task id="a"/><task id="b"/><sequenceFlow id="f" sourceRef="a" targetRef="b"/></process></definitions>""".encode()
    )

    assert set(ids_of(picture)) == {"us", "them", "m", "l1", "l2", "a", "b", "f"}


def test_the_way_of_a_request_is_coloured_by_class():
    picture = diagrams.svg(
        process(SALE),
        marks={"s": "past", "f1": "past", "a": "past", "b": "here", "c": "failed"},
        counts={"b": 12, "c": 3},
    )

    assert group_of(picture, "a").get("class") == "past"
    assert group_of(picture, "f1").get("class") == "past"
    here = group_of(picture, "b")
    assert here.get("class") == "here"
    assert [part.get("class") for part in here.iter(f"{SVG}rect")] == ["halo", "n"]
    assert group_of(picture, "c").get("class") == "failed"
    assert 'class="count"' in picture
    assert 'class="count bad"' in picture
    assert group_of(picture, "r").get("class") is None


@pytest.mark.parametrize(
    ("marks", "passed"),
    [
        ({"s": "past", "a": "past", "g": "past", "b": "here"}, {"f1", "f2", "f3"}),
        ({"s": "past", "a": "past", "g": "past", "b": "past", "c": "here"}, {"f1", "f2", "f3", "f5"}),
        ({"s": "past", "a": "past", "g": "past", "c": "failed"}, {"f1", "f2", "f4"}),
        (
            {"s": "past", "a": "past", "g": "past", "c": "past", "m": "past", "e": "past"},
            {"f1", "f2", "f4", "f6", "f7"},
        ),
        ({"a": "here"}, set()),
    ],
)
def test_flows_are_coloured_only_where_the_visits_prove_them(marks, passed):
    picture = diagrams.svg(process(SALE), marks=marks)

    coloured = {
        f"f{number}" for number in range(1, 10) if group_of(picture, f"f{number}").get("class") == "past"
    }
    assert coloured == passed


def test_names_are_titles_and_pass_through_the_translation():
    picture = diagrams.svg(
        process(SALE), title="Продажа", translate=lambda text: text.replace("Отправить", "Send")
    )

    assert ET.fromstring(picture).find(f"{SVG}title").text == "Продажа"
    assert group_of(picture, "c").find(f"{SVG}title").text == "Send"
    assert "Отправить" not in picture


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '" onload="x', "a&b", "]]>", "'"])
def test_a_hostile_name_stays_a_name(name):
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    content = process(f'<task id="t" name="{escaped}"/>')

    picture = diagrams.svg(content, title=name, counts={"t": 1})

    root = ET.fromstring(picture)
    assert group_of(picture, "t").find(f"{SVG}title").text == name
    assert root.get("aria-label") == name
    assert not list(root.iter(f"{SVG}script"))
    assert not any(attribute.startswith("on") for part in root.iter() for attribute in part.attrib)


def test_the_picture_has_no_scripts_styles_or_outside_references():
    picture = diagrams.svg(process(SALE))

    assert not re.search(r"<style|style=|<script|href|url\(", picture)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"<!DOCTYPE d [<!ENTITY a 'b'>]><d/>", XmlRefused),
        (b"not xml", XmlRefused),
        (b"<definitions/>", diagrams.DiagramRefused),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><g id="x"/></svg>', diagrams.DiagramRefused),
    ],
)
def test_what_cannot_be_drawn_is_refused(content, error):
    with pytest.raises(error) as refused:
        diagrams.svg(content)

    assert refused.value.code
    assert re.search("[а-я]", refused.value.message("ru"))


@pytest.mark.parametrize("number", ["NaN", "1e300", "inf", "", "x"])
def test_absurd_coordinates_are_treated_as_absent(number):
    content = process('<task id="t"/>', drawn(shape("t").replace('x="0"', f'x="{number}"')))

    assert ids_of(diagrams.svg(content)) == ["t"]


EVENTS = [
    "message",
    "timer",
    "error",
    "signal",
    "escalation",
    "terminate",
    "conditional",
    "compensate",
    "link",
    "cancel",
]


@pytest.mark.parametrize(
    "kind", ["startEvent", "intermediateCatchEvent", "intermediateThrowEvent", "endEvent"]
)
@pytest.mark.parametrize("event", EVENTS)
def test_every_event_has_its_sign(kind, event):
    plain = diagrams.svg(process(f'<{kind} id="x"/>'))
    signed = diagrams.svg(process(f'<{kind} id="x"><{event}EventDefinition/></{kind}>'))

    assert len(list(group_of(signed, "x").iter())) > len(list(group_of(plain, "x").iter()))


@pytest.mark.parametrize(
    "kind",
    ["userTask", "manualTask", "serviceTask", "scriptTask", "sendTask", "receiveTask", "businessRuleTask"],
)
def test_every_kind_of_task_has_its_icon(kind):
    assert len(list(group_of(diagrams.svg(process(f'<{kind} id="x"/>')), "x").iter(f"{SVG}g"))) == 2


@pytest.mark.parametrize(
    "inside",
    [
        "<standardLoopCharacteristics/>",
        "<multiInstanceLoopCharacteristics/>",
        '<multiInstanceLoopCharacteristics isSequential="true"/>',
    ],
)
def test_loops_have_their_markers(inside):
    picture = diagrams.svg(process(f'<task id="x">{inside}</task>'))

    assert len(list(group_of(picture, "x").iter(f"{SVG}g"))) == 2


def test_default_and_conditional_flows_are_marked_at_their_start():
    content = process(
        '<task id="a" default="d"/><task id="b"/><sequenceFlow id="d" sourceRef="a" targetRef="b"/>'
        '<sequenceFlow id="c" sourceRef="a" targetRef="b"><conditionExpression/></sequenceFlow>'
        '<sequenceFlow id="n" sourceRef="a" targetRef="b"/>',
        drawn(shape("a"), shape("b", 300), *(edge(name, (100, 40), (300, 40)) for name in "dcn")),
    )
    picture = diagrams.svg(content)

    paths = {name: len(list(group_of(picture, name).iter(f"{SVG}path"))) for name in "dcn"}
    assert paths == {"d": 3, "c": 3, "n": 2}


def test_lines_are_in_front_of_containers_and_behind_nodes():
    content = process(
        '<subProcess id="sub"><task id="a"/><task id="b"/><sequenceFlow id="f" sourceRef="a" targetRef="b"/></subProcess>',
        drawn(
            shape("a", 20, 40), edge("f", (120, 80), (200, 80)), shape("b", 200, 40),
            shape("sub", 0, 0, 400, 200, 'isExpanded="true"'),
        ),
    )  # fmt: skip

    assert ids_of(diagrams.svg(content)) == ["sub", "f", "a", "b"]


def test_a_second_plane_is_drawn_below_the_first():
    content = process('<task id="a"/><task id="b" name="B"/>', drawn(shape("a")) + drawn(shape("b")))

    assert ids_of(diagrams.svg(content)) == ["a", "b"]


@given(text=st.text(max_size=80), width=st.floats(20, 200))
def test_wrapped_lines_fit(text, width):
    lines = wrap(text, width, 50)

    assert all(width_of(line) <= width or len(line) <= 1 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_text_that_does_not_fit_ends_with_an_ellipsis():
    lines = wrap("слово " * 50, 60, 3)

    assert len(lines) == 3
    assert lines[-1].endswith("…")
