"""Targets and samples of the fuzz."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bpmn import dmn, feel, forms
from bpmn.forms.sniffing import inspect
from bpmn.spiff.expressions import ExpressionRefused, compile_condition, compile_python

NOW = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)
CONTEXT: dict[str, Any] = {
    "a": 5, "b": [1, 2, "x", None], "c": {"d": {"e": "text"}, "имя": 1}, "сумма заказа": 10.5, "day": NOW.date(),
    "at": NOW, "s": "abc" * 10, "t": True, "n": None,
}  # fmt: skip
EXPRESSIONS = [
    'amount > 100000 and client.segment = "VIP"', "for i in 1..10 return i * partial[-1]", "b[item > 1]",
    'some x in b satisfies x = "x"', "function(x, y) x ** y", "{a: 1, b: a + 1}.b", '@"2026-06-10T10:00:00Z"',
    'date("2026-01-31") + duration("P1M")', "if a > 1 then [1..5] else null", 'replace(s, "(a+)+b", "$1")',
    "a instance of list<number>", "string join(b, \", \")", "сумма заказа * 2", "not(> 5, [1..3))", "c.d.e[1]",
    "sort(b, function(x, y) x < y)", "${a == 5 ? b[0] : empty n}", "#{c.d.e.contains('x') && !t}", "median(1, 2.5, a)",
    "every x in 1..a, y in x..10 satisfies x <= y", 'context merge([c, {"k": 1}])', "10**10**10", "a between 1 and 9",
]  # fmt: skip
_NS = 'xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="n" id="d" name="m"'
TABLES = [
    f'<definitions {_NS}><inputData id="i" name="a"><variable name="a" typeRef="number"/></inputData>'
    '<decision id="x" name="x"><variable name="x"/><informationRequirement><requiredInput href="#i"/></informationRequirement>'
    '<decisionTable id="t" hitPolicy="UNIQUE"><input id="c"><inputExpression><text>a</text></inputExpression></input>'
    '<output name="y"/><rule id="r1"><inputEntry><text>&lt; 10</text></inputEntry><outputEntry><text>"low"</text></outputEntry></rule>'
    '<rule id="r2"><inputEntry><text>[10..20]</text></inputEntry><outputEntry><text>a * 2</text></outputEntry></rule>'
    "</decisionTable></decision></definitions>",
    f'<definitions {_NS}><decision id="x" name="x"><variable name="x"/><context><contextEntry><variable name="k"/>'
    "<literalExpression><text>a + 1</text></literalExpression></contextEntry></context></decision>"
    '<businessKnowledgeModel id="b" name="f"><variable name="f"/><encapsulatedLogic><formalParameter name="p"/>'
    "<literalExpression><text>p + f(p - 1)</text></literalExpression></encapsulatedLogic></businessKnowledgeModel></definitions>",
]
FORM = {
    "components": [
        {"type": "textfield", "key": "name", "label": "{{a}} = a", "validate": {"required": True, "pattern": "^(a|b)+$"}},
        {"type": "number", "key": "n", "decimalDigits": 2, "validate": {"min": "=a", "max": 9}},
        {"type": "datetime", "key": "d", "subtype": "date", "disallowPassedDates": True},
        {"type": "datetime", "key": "m", "subtype": "datetime", "timeInterval": 15},
        {"type": "select", "key": "s", "values": [{"label": "A", "value": 1}], "conditional": {"hide": "=n > 5"}},
        {"type": "checklist", "key": "l", "valuesExpression": "=b"},
        {"type": "expression", "key": "e", "expression": "=sum(goods.price)"},
        {"type": "filepicker", "key": "f", "multiple": True, "accept": ".pdf"},
        {"type": "dynamiclist", "path": "goods", "components": [
            {"type": "number", "key": "price"}, {"type": "expression", "key": "x", "expression": "=parent.n * i"}]},
        {"type": "button", "action": "submit", "label": "Ok", "properties": {"outcome": "ok"}},
    ]
}  # fmt: skip
POST = {
    "name": "ab", "n": "1 234,5", "d": "7 дек", "m": "07.12.2026 10:15", "s": "1", "l": "x", "f": "0" * 32,
    "goods[0].price": "5", "goods[1].price": "x", "goods[0]._row": "0", "_add:goods": "1", "_remove:goods[0]": "1",
    "outcome": "ok", "goods._rows": "",
}  # fmt: skip
_PARSED = forms.parse(FORM, name="fuzz")
_PIECES = [
    "(", ")", "[", "]", "{", "}", '"', "'", ",", ".", "..", " for ", " in ", " return ", " if ", " then ", " else ",
    "null", "-", "**", "@", "${", "#{", "=", "&lt;", "<", ">", "&", "\x00", "\ud7ff", "💥", "9" * 40, "1e999", "_add:",
    "[0]", "[9999999]", "<!DOCTYPE x>", "{{", "}}", "{{#if a}}", "\\", "\\u0041", "(a+)+$", "T24:00:00", "31.02.2026",
]  # fmt: skip


def _expression(data: bytes) -> None:
    source = data.decode("utf-8", "replace")
    for kind in ("expression", "unary"):
        try:
            compiled = feel.compile(source, names=("сумма заказа",), kind=kind)
            if kind == "unary":
                compiled.test(5, CONTEXT, now=NOW)
            else:
                result = compiled.run(CONTEXT, now=NOW)
                feel.to_string(result.value)
                _said(*result.reasons)
        except feel.FeelError as error:
            _said(error)
    for make in (compile_condition, compile_python):
        try:
            make(source)
        except ExpressionRefused as refused:
            _told(refused.message_ru, refused.message_en)


def _decision(data: bytes) -> None:
    try:
        model = dmn.parse(data)
        for problem in dmn.lint(model):
            _told(problem.message_ru, problem.message_en)
        for name in list(model.decisions)[:3]:
            outcome = model.evaluate(name, CONTEXT, now=NOW)
            dmn.describe(outcome.as_json(), "ru")
            json.dumps(outcome.as_json())
    except dmn.DmnError as error:
        _said(error)


def _definition(data: bytes) -> None:
    try:
        form = forms.parse(data, name="x")
    except forms.FormRefused as error:
        _said(error)
        return
    for problem in forms.lint(form, ("a",)):
        _said(problem)
    forms.view(form, CONTEXT, now=NOW)
    forms.submit(form, {"name": ["x"], "n": ["5"]}, CONTEXT, now=NOW, files={})
    json.dumps(forms.json_schema(form), default=str)


def _post(data: bytes) -> None:
    posted: dict[str, list[str]] = {}
    for line in data.decode("utf-8", "replace").split("\n"):
        name, _, value = line.partition("=")
        posted.setdefault(name, []).append(value)
    result = forms.submit(_PARSED, posted, CONTEXT, now=NOW, files={})
    forms.view(_PARSED, CONTEXT, posted=posted, errors=result.errors, now=NOW, language="en")
    try:
        values = json.loads(data)
    except ValueError:
        values = {name: texts[0] for name, texts in posted.items()}
    forms.check(_PARSED, values, CONTEXT, now=NOW, files={})


def _file(data: bytes) -> None:
    name, _, content = data.partition(b"\n")
    kind, wrong = inspect(name.decode("utf-8", "replace"), content)
    assert kind
    if wrong is not None:
        _said(wrong)


def _said(*errors: Any) -> None:
    """Every refusal has words in both languages."""
    for error in errors:
        _told(error.message("ru"), error.message("en"))


def _told(*texts: str) -> None:
    assert all(texts)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "expression": _expression,
    "decision": _decision,
    "definition": _definition,
    "post": _post,
    "file": _file,
}


def run_one(target: str, data: bytes) -> None:
    """Run one input; whatever is raised is a fault of ours."""
    TARGETS[target](data)


def sample(target: str, chance: random.Random) -> bytes:
    """Return a sample of the target, broken in a few places."""
    made = {
        "expression": lambda: chance.choice(EXPRESSIONS),
        "decision": lambda: chance.choice(TABLES),
        "definition": lambda: json.dumps(_shaken(FORM, chance), ensure_ascii=False),
        "post": lambda: "\n".join(f"{name}={value}" for name, value in POST.items() if chance.random() < 0.9),
        "file": lambda: chance.choice(["a.pdf\n%PDF-1.7", "b.png\n\x89PNG\r\n", "c.txt\nпривет", "d.docx\nPK\x03\x04"]),
    }[target]()  # fmt: skip
    for _ in range(chance.randrange(4)):
        place = chance.randrange(len(made) + 1)
        match chance.randrange(4):
            case 0:
                made = made[:place] + chance.choice(_PIECES) + made[place:]
            case 1:
                made = made[:place] + made[place + chance.randrange(1, 8) :]
            case 2:
                other = chance.choice(EXPRESSIONS)
                made = made[:place] + other[: chance.randrange(len(other))] + made[place:]
            case _:
                end = min(len(made), place + chance.randrange(1, 40))
                made = made[:end] + made[place:end] * chance.randrange(1, 4) + made[end:]
    return made.encode("utf-8", "surrogatepass")


def _shaken(value: Any, chance: random.Random) -> Any:
    """Return a copy of JSON with a few values of other types."""
    if chance.random() < 0.01:
        return chance.choice([None, True, -1, 1e300, "", "=a", "=b[", [], {}, "x" * 500, [[]], {"a": {}}])
    if isinstance(value, dict):
        return {key: _shaken(part, chance) for key, part in value.items()}
    if isinstance(value, list):
        return [_shaken(part, chance) for part in value]
    return value
