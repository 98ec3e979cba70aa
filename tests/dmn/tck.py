"""Reads and runs the test files of the DMN Technology Compatibility Kit (https://github.com/dmn-tck/tck)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from bpmn import dmn, feel

_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


@dataclass(frozen=True)
class Result:
    """One result node: passed when `problem` is None."""

    file: str
    case: str
    node: str
    problem: str | None

    @property
    def name(self) -> str:
        return f"{self.file}#{self.case}:{self.node}"


@dataclass(frozen=True)
class Unreadable:
    """A value of the kit that has no Python value; nothing equals it."""

    text: str


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _children(element: etree._Element, *tags: str) -> Iterator[etree._Element]:
    return (child for child in element if isinstance(child.tag, str) and _local(child) in tags)


def read_value(element: etree._Element) -> Any:
    """Return the variable of an input, expected, component or item element."""
    for child in _children(element, "value", "list", "component"):
        kind = _local(child)
        if kind == "value":
            return _simple(child)
        if child.get(_NIL) == "true":
            return None
        if kind == "list":
            return [read_value(item) for item in _children(child, "item")]
        return {part.get("name"): read_value(part) for part in _children(element, "component")}
    return None


def _simple(element: etree._Element) -> Any:
    if element.get(_NIL) == "true":
        return None
    text = str(element.xpath("string()"))
    kind = (element.get(_TYPE) or "xsd:string").split(":")[-1]
    if kind == "string":
        return text
    text = text.strip()
    if kind == "boolean":
        return text in ("true", "1")
    if kind in ("decimal", "double", "integer", "int", "long", "float"):
        return Decimal(text)
    function = {"date": "date", "time": "time", "dateTime": "date and time", "duration": "duration"}[kind]
    value = feel.to_variable(feel.compile(f"{function}(text)").evaluate({"text": text}))
    if value is None:
        return Unreadable(text)
    return value


def same(expected: Any, actual: Any) -> bool:
    """Compare as the kit does: numbers by value to eight decimal places, contexts by their components."""
    if isinstance(expected, bool) or isinstance(actual, bool) or expected is None or actual is None:
        return expected is actual
    if isinstance(expected, Decimal):
        if not isinstance(actual, int | float | Decimal):
            return False
        return abs(expected - Decimal(actual)) <= Decimal("1e-8") * max(Decimal(1), abs(expected))
    if isinstance(expected, list):
        return isinstance(actual, list) and len(expected) == len(actual) and all(map(same, expected, actual))
    if isinstance(expected, dict):
        return (
            isinstance(actual, dict)
            and expected.keys() == actual.keys()
            and all(same(value, actual[name]) for name, value in expected.items())
        )
    if type(expected) is not type(actual):
        return False
    if getattr(expected, "tzinfo", None) is None and getattr(actual, "tzinfo", None) is not None:
        return False
    return bool(expected == actual)


@cache
def run_file(path: Path) -> tuple[Result, ...]:
    """Run every case of a test file."""
    root = etree.parse(str(path)).getroot()
    model_file = path.parent / str(next(_children(root, "modelName")).text).strip()
    others = {other.name: other.read_bytes() for other in path.parent.glob("*.dmn") if other != model_file}
    model = dmn.parse(model_file.read_bytes(), imports=others)
    results: list[Result] = []
    for case in _children(root, "testCase"):
        variables = {str(node.get("name")): read_value(node) for node in _children(case, "inputNode")}
        for node in _children(case, "resultNode"):
            problem = _run_node(model, case, node, variables)
            results.append(Result(path.name, str(case.get("id")), str(node.get("name")), problem))
    return tuple(results)


def _run_node(
    model: dmn.Model, case: etree._Element, node: etree._Element, variables: dict[str, Any]
) -> str | None:
    expected = read_value(next(_children(node, "expected")))
    wanted = str(node.get("name"))
    if case.get("type") in ("decisionService", "bkm"):
        wanted = str(case.get("invocableName"))
    try:
        outcome = model.evaluate(wanted, variables)
    except dmn.DmnError as error:
        if node.get("errorResult") == "true" and expected is None:
            return None
        return f"raised {error}"
    value = outcome.value
    if case.get("type") == "decisionService" and isinstance(value, dict) and node.get("name") in value:
        value = value[str(node.get("name"))]  # a service of several decisions gives a context of them
    if same(expected, value):
        return None
    return f"expected {expected!r}, got {value!r} {outcome.reasons}"
