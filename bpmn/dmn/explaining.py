"""Put a stored explanation into words: which rule fired, on what, with what result.

It works on ``Outcome.as_json()``, so that a request card can say today, in either language,
why something was decided last year.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bpmn import feel
from bpmn.dmn.json_values import from_json

_COMPARES = re.compile(r"(<=|>=|<|>|!=|=)\s*")
_ONE_VALUE = re.compile(r'"[^"]*"|-?[\d.]+|true|false|null|@"[^"]*"')

_WORDS = {
    "en": {
        "rule": "rule {index} fired: {conditions} → {outputs}",
        "none": "no rule matched",
        "default": "no rule matched, the default was taken: {value}",
        "gathered": "gathered from {count} rules: {value}",
        "always": "always",
        "and": " and ",
        "or": "one of",
        "not": "not",
    },
    "ru": {
        "rule": "сработало правило {index}: {conditions} → {outputs}",
        "none": "ни одно правило не сработало",
        "default": "ни одно правило не сработало, взято значение по умолчанию: {value}",
        "gathered": "собрано из правил ({count}): {value}",
        "always": "всегда",
        "and": " и ",
        "or": "одно из",
        "not": "не",
    },
}


def describe(
    explanation: Mapping[str, Any], language: str = "en", translate: Callable[[str], str] = str
) -> list[str]:
    """Return one sentence per rule that fired, in the order of evaluation; *language* is "ru" or "en".

    *explanation* is what ``Outcome.as_json()`` returned.  Decisions without tables say nothing.  *translate*
    is applied to the author's own words: names of tables, inputs and outputs, annotations.
    """
    words = _WORDS["ru" if language == "ru" else "en"]
    return [
        line
        for entry in explanation.get("trace", ())
        if entry["kind"] == "table"
        for line in _table(entry, words, translate)
    ]


def _table(
    entry: Mapping[str, Any], words: Mapping[str, str], translate: Callable[[str], str]
) -> Iterator[str]:
    name = translate(entry["name"])
    value = entry["value"]
    if not entry["rules"]:
        known = value is not None and value != [] and not entry["hit_policy"].startswith("COLLECT ")
        text = words["default"].format(value=_value(value)) if known else words["none"]
        yield f"{name}: {text}"
        return
    for rule in entry["rules"]:
        conditions = (
            words["and"].join(_condition(part, words, translate) for part in rule["conditions"])
            or words["always"]
        )
        outputs = ", ".join(_output(translate(key), item, name) for key, item in rule["outputs"].items())
        notes = "; ".join(translate(note) for note in rule["annotations"].values() if note)
        line = words["rule"].format(index=rule["rule_index"], conditions=conditions, outputs=outputs)
        yield f"{name}: {line}" + (f" ({notes})" if notes else "")
    if entry["hit_policy"].startswith("COLLECT "):
        yield f"{name}: " + words["gathered"].format(count=len(entry["fired"]), value=_value(value))


def _condition(part: Mapping[str, str], words: Mapping[str, str], translate: Callable[[str], str]) -> str:
    label, test = translate(part["input"]), " ".join(part["test"].split())
    if test.startswith("not(") and test.endswith(")"):
        return f"{label} {words['not']} {test[4:-1].strip()}"
    if "?" in test:
        return test.replace("?", label)
    if compares := _COMPARES.match(test):
        return f"{label} {compares[1]} {test[compares.end() :]}"
    if _ONE_VALUE.fullmatch(test):
        return f"{label} = {test}"
    if test.startswith('"'):
        return f"{label}: {words['or']} {test}"
    return f"{label}: {test}"


def _output(key: str, value: Any, name: str) -> str:
    shown = _value(value)
    return shown if key == name else f"{key} = {shown}"


def _value(value: Any) -> str:
    """Return a JSON value in FEEL's notation."""
    return feel.to_string(feel.to_feel(from_json(value)))
