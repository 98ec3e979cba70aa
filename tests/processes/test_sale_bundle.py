"""The folder of the sale itself: accepted without a warning, complete in both languages, drawn without collisions."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree

from bpmn import dmn, forms
from bpmn.checks import check_bundle
from handlers.registry import default_registry

BUNDLE = Path(__file__).parents[2] / "processes" / "equipment_sale"
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return {
        path.relative_to(BUNDLE).as_posix(): path.read_bytes() for path in BUNDLE.rglob("*") if path.is_file()
    }


def test_the_folder_is_accepted_without_a_warning(files):
    bundle, problems = check_bundle(files, default_registry())

    assert problems == []
    assert bundle is not None
    assert set(bundle.processes) == {"equipment_sale", "approval"}


def test_every_letter_is_written_in_both_languages(files):
    texts = {path for path in files if path.startswith("texts/")}

    assert {path.replace(".ru.md", ".en.md") for path in texts if path.endswith(".ru.md")} == {
        path for path in texts if path.endswith(".en.md")
    }
    for path in texts:
        assert files[path].startswith(b"Subject: "), path


def test_every_russian_word_that_people_see_has_its_english(files):
    known = yaml.safe_load(files["translations/en.yaml"])

    missing = [text for text in _shown(files) if CYRILLIC.search(text) and text not in known]

    assert missing == []
    assert all(value.strip() for value in known.values())


def _shown(files: dict[str, bytes]) -> Iterator[str]:
    for path, content in files.items():
        if path.endswith(".form"):
            yield from _form_texts(json.loads(content))
        elif path.endswith((".bpmn", ".dmn")):
            yield from _diagram_texts(etree.fromstring(content))


def _form_texts(component: dict[str, Any]) -> Iterator[str]:
    for name in ("label", "description", "text", "dateLabel"):
        if isinstance(component.get(name), str):
            yield component[name]
    if message := (component.get("validate") or {}).get("patternErrorMessage"):
        yield message
    for option in [*component.get("values", []), *component.get("columns", [])]:
        yield option["label"]
    for child in component.get("components", []):
        yield from _form_texts(child)


def _diagram_texts(root: Any) -> Iterator[str]:
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        kind = etree.QName(element).localname
        if kind == "property":
            if element.get("name") in ("client_action", "client_title", "category", "description", "stage"):
                yield element.get("value")
            elif element.get("name") == "stages":
                yield from (part.strip() for part in element.get("value").split(";"))
            elif element.get("name") == "title":
                yield from re.findall(r'"([^"]*)"', element.get("value"))
        elif kind == "inputParameter" and element.get("name") in ("status", "resolution", "title"):
            text = element.text or ""
            yield from re.findall(r'"([^"]*)"', text) if text.startswith("=") else [text]
        elif kind not in ("message", "inputData", "variable", "output", "outputParameter"):
            if element.get("name"):
                yield element.get("name")
            if kind == "description":
                yield element.text


def test_shapes_do_not_overlap_and_flows_do_not_cross_them(files):
    for path in ("equipment_sale.bpmn", "approval.bpmn"):
        root = etree.fromstring(files[path])
        shapes = {name: box for name, box in _boxes(root).items() if not _is_frame(root, name)}

        overlapping = [
            (one, other)
            for one, a in shapes.items()
            for other, b in shapes.items()
            if one < other and _overlap(a, b) and not _attached(root, one, other)
        ]
        crossed = [
            (flow, name)
            for flow, ends, segments in _flows(root)
            for name, box in shapes.items()
            if name not in ends and any(_cuts(segment, box) for segment in segments)
        ]

        assert overlapping == []
        assert crossed == []


Box = tuple[float, float, float, float]


def _boxes(root: Any) -> dict[str, Box]:
    found = {}
    for shape in root.iter(DI + "BPMNShape"):
        bounds = shape.find(DC + "Bounds")
        x, y, w, h = (float(bounds.get(name)) for name in ("x", "y", "width", "height"))
        found[shape.get("bpmnElement")] = (x, y, x + w, y + h)
    return found


def _element(root: Any, name: str) -> Any:
    return root.xpath("//*[@id=$name]", name=name)[0]


def _is_frame(root: Any, name: str) -> bool:
    return etree.QName(_element(root, name)).localname in ("participant", "lane", "subProcess")


def _attached(root: Any, one: str, other: str) -> bool:
    return (
        _element(root, one).get("attachedToRef") == other or _element(root, other).get("attachedToRef") == one
    )


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _flows(root: Any) -> Iterator[tuple[str, set[str], list[Box]]]:
    for edge in root.iter(DI + "BPMNEdge"):
        flow = _element(root, edge.get("bpmnElement"))
        ends = {flow.get("sourceRef"), flow.get("targetRef")}
        ends |= {_element(root, end).get("attachedToRef") for end in set(ends)} - {None}
        points = [
            (float(p.get("x")), float(p.get("y"))) for p in edge if etree.QName(p).localname == "waypoint"
        ]
        pairs = pairwise(points)
        yield (
            flow.get("id"),
            ends,
            [(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])) for a, b in pairs],
        )


def _cuts(segment: Box, box: Box) -> bool:
    """Whether a horizontal or vertical segment, a box without width or height, passes through a shape."""
    return _overlap(segment, box)


@pytest.mark.parametrize(
    ("who", "group", "user", "rule"),
    [
        ({"existing_manager": "petrova@example.com", "segment": "VIP"}, "sales", "petrova@example.com", 1),
        ({"segment": "VIP"}, "key_accounts", "", 2),
        ({"region": "СПб", "segment": ""}, "sales_spb", "", 3),
        ({"segment": ""}, "machines", "", 4),
    ],
)
def test_the_manager_is_chosen_by_the_first_rule_that_fits(files, who, group, user, rule):
    registered = {"existing_manager": None, "segment": None, "region": "", **who}

    outcome = dmn.parse(files["assign.dmn"]).evaluate(
        "assign", {"registered": registered, "region": "Москва", "product_group": "Станки"}
    )

    assert outcome.value == {"group": group, "user": user}
    assert [found["rule_index"] for found in outcome.matched_rules] == [rule]


@pytest.mark.parametrize(
    ("discount", "cost", "total", "level"),
    [
        (0, 80, 100, "none"),
        (5, 80, 100, "none"),
        ("5.01", 50, 100, "head"),
        (0, 86, 100, "head"),
        (15, 50, 100, "head"),
        (16, 50, 100, "director"),
        (0, 91, 100, "director"),
        (0, 50, 5_000_001, "director"),
        (0, None, 100, "none"),
    ],
)
def test_the_discount_the_margin_and_the_sum_decide_who_approves(files, discount, cost, total, level):
    line = {"qty": 1, "price": 100, "discount": Decimal(discount), "vat": "22", "cost": cost}

    outcome = dmn.parse(files["discount.dmn"]).evaluate("discount", {"items": [line], "total": total})

    assert outcome.value == level


def test_units_are_said_in_the_readers_language(files):
    words = yaml.safe_load(files["translations/en.yaml"])
    form = forms.parse(files["forms/quote.form"], name="quote")

    shown = forms.view(form, {}, language="en", translate=lambda text: words.get(text, text))

    suffixes = {field.suffix for line in shown.lines for field in line if getattr(field, "suffix", "")}
    assert suffixes == {"days", "months"}
