"""What was entered into one field: from the texts of an HTML post, or from a JSON value.

`read_posted` and `read_json` return an `Entry`: a typed value, or the problem
with it.  Choices stay *tokens* here; they are matched to options later, when
the conditions and option lists around them are known.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from bpmn.forms.dates import read_date, read_moment, read_time
from bpmn.forms.evaluation import Evaluator
from bpmn.forms.messages import Problem, problem
from bpmn.forms.numbers import currency_sign, plain_number, read_number, to_decimal
from bpmn.forms.schema import CHOICES, MULTIPLE_CHOICE, TEXTUAL, Component

MAX_TEXT = 10_000
MAX_CHOSEN = 500
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A value as entered.  *by_token*: the value is one or more option tokens, not option values."""

    value: Any = None
    problem: Problem | None = None
    by_token: bool = False


def read_posted(component: Component, texts: list[str], evaluator: Evaluator) -> Entry:
    """Read the posted texts of one field (all values under its name, the last one wins where one is meant)."""
    kind = component.type
    if kind in MULTIPLE_CHOICE:
        return Entry([text for text in texts if text][:MAX_CHOSEN], by_token=True)
    if kind == "filepicker":
        references = list(dict.fromkeys(text for text in texts if text))
        if not component.get("multiple"):
            references = references[-1:]  # a file attached now replaces the one attached before
        return _files(references, component)
    last = texts[-1] if texts else ""
    if kind == "checkbox":
        return Entry(last.strip().lower() not in ("", "false", "0", "off"))
    if kind in CHOICES:
        return Entry(last.strip() or None, by_token=True)
    if len(last) > MAX_TEXT:
        return Entry(None, problem("text.too_long", n=MAX_TEXT, length=len(last)))
    if kind in TEXTUAL:
        return read_text(component, last)
    if not last.strip():
        return Entry(None)
    if kind == "number":
        unit = component.own("unit") or (currency_sign(component.money) if component.money else "")
        number = read_number(last, language=evaluator.language, unit=unit)
        return Entry(None, number) if isinstance(number, Problem) else Entry(_number_value(component, number))
    return _read_moment(component, last, evaluator)


def read_text(component: Component, text: str) -> Entry:
    """Trim a text, unify its line ends, refuse characters that cannot be stored; empty is null."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if component.type == "textfield":
        text = text.replace("\n", " ")
    text = unicodedata.normalize("NFC", text.strip())
    for symbol in text:
        if unicodedata.category(symbol) in ("Cc", "Cs") and symbol not in "\n\t":
            return Entry(None, problem("text.control", symbol=f"U+{ord(symbol):04X}"))
    if len(text) > MAX_TEXT:
        return Entry(None, problem("text.too_long", n=MAX_TEXT, length=len(text)))
    return Entry(text or None)


def _number_value(component: Component, number: int | Decimal) -> int | Decimal | str:
    if not component.get("serializeToString"):
        return number
    return f"{number:f}" if isinstance(number, Decimal) else str(number)


def _read_moment(component: Component, text: str, evaluator: Evaluator) -> Entry:
    kind = component.get("subtype", "date")
    today = evaluator.now.date()
    future = bool(component.get("disallowPassedDates"))
    value: date | time | datetime | None
    if kind == "time":
        value = read_time(text)
    elif kind == "datetime":
        value = read_moment(
            text, today=today, zone=evaluator.zone, language=evaluator.language, future=future
        )
    else:
        value = read_date(text, today=today, language=evaluator.language, future=future)
    return Entry(value) if value is not None else Entry(None, problem(f"{kind}.not", value=text.strip()))


def _files(references: list[str], component: Component) -> Entry:
    if not all(_REFERENCE.fullmatch(reference) for reference in references):
        return Entry(None, problem("file.unknown"))
    if not component.get("multiple"):
        if len(references) > 1:
            return Entry(None, problem("file.single"))
        return Entry(references[0] if references else None)
    return Entry(references[:MAX_CHOSEN])


def read_json(component: Component, value: Any, evaluator: Evaluator) -> Entry:
    """Read a JSON (or already typed) value of one field; a wrong type is a problem, never converted."""
    kind = component.type
    if value is None:
        return Entry([] if kind in MULTIPLE_CHOICE else False if kind == "checkbox" else None)
    if kind in TEXTUAL:
        return read_text(component, value) if isinstance(value, str) else Entry(None, problem("type.text"))
    if kind == "checkbox":
        return Entry(value) if isinstance(value, bool) else Entry(None, problem("type.bool"))
    if kind in MULTIPLE_CHOICE:
        return Entry(value[:MAX_CHOSEN]) if isinstance(value, list) else Entry([], problem("type.list"))
    if kind == "number":
        return _json_number(component, value)
    if kind == "datetime":
        return _json_moment(component, value, evaluator)
    if kind == "filepicker":
        texts = value if isinstance(value, list) else [value]
        if not all(isinstance(text, str) for text in texts):
            return Entry(None, problem("type.text"))
        return _files(texts, component)
    return Entry(value)


def _json_number(component: Component, value: Any) -> Entry:
    if component.get("serializeToString") and isinstance(value, str):
        number = read_number(value, language="en")
        return Entry(None, number) if isinstance(number, Problem) else Entry(_number_value(component, number))
    decimal = to_decimal(value)
    if decimal is None:
        return Entry(None, problem("type.number"))
    if len(decimal.as_tuple().digits) > 30 or abs(decimal.adjusted()) > 30:
        return Entry(None, problem("number.long"))
    return Entry(_number_value(component, plain_number(decimal)))


def _json_moment(component: Component, value: Any, evaluator: Evaluator) -> Entry:
    kind = component.get("subtype", "date")
    expected: type[time] | type[date] = {"time": time, "datetime": datetime}.get(kind, date)
    if isinstance(value, str):
        try:
            value = expected.fromisoformat(value)
        except ValueError:
            return Entry(None, problem(f"{kind}.not", value=value))
    if type(value) is not expected:
        return Entry(None, problem(f"{kind}.not", value=str(value)))
    if isinstance(value, datetime):
        value = (value if value.tzinfo else value.replace(tzinfo=evaluator.zone)).astimezone(UTC)
    return Entry(value)
