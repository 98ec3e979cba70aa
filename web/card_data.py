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


@dataclass(frozen=True, slots=True)
class DataLine:
    name: str
    value: str
    depth: int
    numeric: bool = False


def shown(variables: Mapping[str, Any], language: str) -> list[DataLine]:
    """Return the variables by name, at most MOST_LINES lines."""
    found: list[DataLine] = []
    for name in sorted(variables):
        for line in _lines(name, variables[name], 0, language):
            if len(found) == MOST_LINES:
                return found
            found.append(line)
    return found


def _lines(name: str, value: Any, depth: int, language: str) -> Iterator[DataLine]:
    if isinstance(value, Mapping) and depth < 6:
        yield DataLine(name, "" if value else "—", depth)
        for key, part in value.items():
            yield from _lines(str(key), part, depth + 1, language)
    elif isinstance(value, list) and depth < 6 and any(isinstance(part, (Mapping, list)) for part in value):
        yield DataLine(name, "", depth)
        for number, part in enumerate(value, 1):
            yield from _lines(str(number), part, depth + 1, language)
    else:
        numeric = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
        yield DataLine(name, text(value, language), depth, numeric)


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
