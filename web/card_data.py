"""The variables of a request as a person reads them: names, plain values, nested ones indented."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from web import i18n, words
from web.current import current_config

MOST_LINES = 400
MOST_TEXT = 2_000
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class DataLine:
    name: str  # as a form calls it, else the variable's own name
    key: str
    value: str
    depth: int


def shown(variables: Mapping[str, Any], language: str, labels: Mapping[str, str]) -> list[DataLine]:
    """Return the variables, those that a form names first, at most MOST_LINES lines."""
    found: list[DataLine] = []
    for key in sorted(variables, key=lambda one: (one not in labels, one)):
        for line in _lines(key, variables[key], 0, language, labels):
            if len(found) == MOST_LINES:
                return found
            found.append(line)
    return found


def _lines(key: str, value: Any, depth: int, language: str, labels: Mapping[str, str]) -> Iterator[DataLine]:
    name = labels.get(key, key)
    if isinstance(value, Mapping) and depth < _DEEPEST:
        yield DataLine(name, key, "" if value else "—", depth)
        for part_key, part in value.items():
            yield from _lines(str(part_key), part, depth + 1, language, labels)
    elif (
        isinstance(value, list)
        and depth < _DEEPEST
        and any(isinstance(one, (Mapping, list)) for one in value)
    ):
        yield DataLine(name, key, "", depth)
        for number, part in enumerate(value, 1):
            yield from _lines(str(number), part, depth + 1, language, labels)
    else:
        yield DataLine(name, key, text(value, language), depth)


def text(value: Any, language: str) -> str:
    """Return one value in words."""
    if value is None or value == "" or value == []:
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (int, float, Decimal)):
        return i18n.number(value)
    if isinstance(value, datetime):
        return words.exact(value, current_config().zone, language)
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, timedelta):
        return words.span(value, language)
    if isinstance(value, list):
        return ", ".join(text(part, language) for part in value)
    whole = str(value)
    return whole if len(whole) <= MOST_TEXT else f"{whole[:MOST_TEXT]}…"
