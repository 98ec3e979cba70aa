"""From a text with places to a sentence of one language: quotes, decimal commas and word forms agree with it.

``{name}`` is replaced by a value, ``{name!r}`` by the value in the quotes of the language, and
``{count|one|few|many}`` by the form that agrees with a whole number: `1 level`, `2 levels`; `1 уровня`, `5 уровней`.
"""

import re
from collections.abc import Mapping
from typing import Any

_FORMS = re.compile(r"\{(\w+)\|([^|}]*)\|([^|}]*)\|([^}]*)\}")


class _Quoted(str):
    """A text whose ``!r`` is itself in the quotes of Russian, with control characters escaped."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"«{str.__repr__(self)[1:-1]}»"


def fill(template: str, language: str, values: Mapping[str, Any]) -> str:
    """Return *template* with *values* filled in; *language* is "ru", anything else is English.

    A value with a ``message`` of its own says it in the language, a pair is (English, Russian).
    """
    said = {key: _said(value, language) for key, value in values.items()}

    def agree(match: re.Match[str]) -> str:
        number, forms = values[match[1]], (match[2], match[3], match[4])
        return forms[_form(number, language)] if isinstance(number, int) else forms[2]

    if "|" in template:
        template = _FORMS.sub(agree, template)
    return template.format(**said)


def _said(value: Any, language: str) -> Any:
    if isinstance(value, tuple) and len(value) == 2:
        value = value[1] if language == "ru" else value[0]
    message = getattr(value, "message", None)
    if callable(message):
        return message(language)
    if isinstance(value, float):
        text = f"{value:g}"
        return text.replace(".", ",") if language == "ru" else text
    return _Quoted(value) if language == "ru" and isinstance(value, str) else value


def _form(number: int, language: str) -> int:
    """Return 0, 1 or 2: the form for one, for few and for many (CLDR cardinal rules of whole numbers)."""
    number = abs(number)
    if language != "ru":
        return 0 if number == 1 else 2
    if number % 10 == 1 and number % 100 != 11:
        return 0
    return 1 if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else 2
