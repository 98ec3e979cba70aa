"""Conditions, decision tables and forms against what Python and the template alone need.

The Python expression is compiled once and run as a function whose global names are the variables: what evaluating
compiled code does, without a call that could evaluate any other text.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import Any

from jinja2 import Environment, FileSystemLoader

from bpmn import dmn, forms
from bpmn.spiff.expressions import compile_condition
from web.benchmark.results import Result, at_most

ROUNDS = 9
_PYTHON = 'amount > 100000 and client["segment"] == "VIP"'
_FEEL = 'amount > 100000 and client.segment = "VIP"'
_VARIABLES: dict[str, Any] = {"amount": 150_000, "client": {"segment": "VIP"}}
_NOW = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)
_TEMPLATES = Path(__file__).parents[1] / "templates"


def measure(*, turns: int = 2000) -> list[Result]:
    """Return the three ratios; *turns* is how often the shortest of them runs in a round."""
    python, condition = _condition()
    table = _table(50)
    page, post = _form(30)
    (python_s, condition_s, table_s) = _interleaved(
        (python, turns * 5), (condition, turns), (table, max(10, turns // 20))
    )
    page_s, post_s = _interleaved((page, max(3, turns // 200)), (post, max(3, turns // 200)))
    return [
        at_most("a gateway condition / the same in Python", condition_s / python_s, 10),
        at_most("a decision table of 50 rules / that condition", table_s / condition_s, 60),
        at_most("a post of a form of 30 fields / its empty page", post_s / page_s, 8),
    ]


def _interleaved(*subjects: tuple[Callable[[], Any], int]) -> list[float]:
    """Return the best processor time of one run of each; rounds take turns, so a busy machine slows all alike."""
    best = [float("inf")] * len(subjects)
    for _ in range(ROUNDS):
        for index, (run, count) in enumerate(subjects):
            begin = time.process_time()
            for _ in range(count):
                run()
            best[index] = min(best[index], (time.process_time() - begin) / count)
    return best


def _condition() -> tuple[Callable[[], Any], Callable[[], Any]]:
    code = compile(_PYTHON, "condition", "eval")
    names = {"__builtins__": {}, **_VARIABLES}
    expression = compile_condition(_FEEL)
    surroundings: Any = SimpleNamespace(now=_NOW, local_now=_NOW, functions={}, zone=UTC)

    def python() -> Any:
        return FunctionType(code, names)()

    def condition() -> bool:
        return expression.test(_VARIABLES, surroundings)

    assert python() is condition() is True
    return python, condition


def _table(rules: int) -> Callable[[], Any]:
    """A table of *rules* rules over a number, a text and a day, as tariffs are written; the last one fits."""
    columns = (("ordered on", "date"), ("segment", "string"), ("amount", "number"))
    head = "".join(
        f'<input id="i{n}"><inputExpression typeRef="{kind}"><text>{name}</text></inputExpression></input>'
        for n, (name, kind) in enumerate(columns)
    )
    body = "".join(
        f'<rule id="r{n}">'
        f'<inputEntry><text>[date("{2022 + n // 10}-01-01")..date("{2022 + n // 10}-12-31")]</text></inputEntry>'
        '<inputEntry><text>"VIP","new"</text></inputEntry>'
        f"<inputEntry><text>[{n % 10 * 1000}..{n % 10 * 1000 + 999}]</text></inputEntry>"
        f"<outputEntry><text>{n}</text></outputEntry></rule>"
        for n in range(rules)
    )
    model = dmn.parse(
        (
            '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="d" name="d" namespace="bench">'
            f'<decision id="rate" name="rate"><variable name="rate"/><decisionTable id="t">{head}'
            f'<output name="rate"/>{body}</decisionTable></decision></definitions>'
        ).encode()
    )
    values = {"amount": Decimal(9_999), "segment": "VIP", "ordered on": _NOW.date()}
    assert model.evaluate("rate", values, now=_NOW).value == rules - 1
    return lambda: model.evaluate("rate", values, now=_NOW)


def _form(fields: int) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """A form of numbers, texts, dates, choices and computed values: its empty page, and a post shown again."""
    made: list[dict[str, Any]] = []
    posted: dict[str, list[str]] = {}
    for index in range(fields):
        key, kind = (
            f"f{index}",
            ("number", "textfield", "datetime", "select", "checkbox", "expression")[index % 6],
        )
        component: dict[str, Any] = {"type": kind, "key": key, "label": f"Field {index}"}
        match kind:
            case "number":
                component["validate"], posted[key] = {"required": True, "min": 1}, ["1 234,5"]
            case "textfield":
                component["validate"], posted[key] = {"maxLength": 100}, ["Some text"]
                component["conditional"] = {"hide": f"=f{index - 1} < 1"}
            case "datetime":
                component["subtype"], posted[key] = "date", ["07.12.2026"]
            case "select":
                component["values"] = [{"label": f"Option {n}", "value": n} for n in range(5)]
                posted[key] = ["3"]
            case "checkbox":
                posted[key] = ["true"]
            case _:
                component["expression"] = f"=f{index - 5} * 2"
        made.append(component)
    form = forms.parse({"components": made}, name="bench")
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True)
    template = environment.from_string(
        '{% import "macros/form.html" as ui %}{{ ui.errors(form) }}{{ ui.fields(form, preview="/p") }}{{ ui.actions(form) }}'
    )

    def page() -> str:
        return template.render(form=forms.view(form, {}, now=_NOW))

    def post() -> str:
        result = forms.submit(form, posted, {}, now=_NOW, files={})
        assert result.ok
        return template.render(form=forms.view(form, {}, posted=posted, errors=result.errors, now=_NOW))

    return page, post
