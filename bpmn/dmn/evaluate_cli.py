"""``marshrut dmn evaluate``: evaluate one decision of a file and print the result and the rules behind it.

Exit codes: 0 evaluated; 1 the decision cannot be evaluated (it does not exist, its text is not FEEL, a hit
policy is violated); 2 the model or the input cannot be read.  Failures are one line, never a traceback.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from bpmn import feel
from bpmn.dmn.errors import DmnError
from bpmn.dmn.evaluation import Model
from bpmn.dmn.json_values import from_json, to_json
from bpmn.dmn.linking import parse
from bpmn.dmn.outcome import Outcome
from bpmn.dmn.types import BASE_TYPES, Restricted

DONE, REFUSED, UNREADABLE = 0, 1, 2

_MAX_INPUT = 10_000_000

_WORDS = {
    "en": {
        "decision": "Decision",
        "result": "Result",
        "rules": "Rules",
        "rule": "rule",
        "reasons": "Why null",
    },
    "ru": {
        "decision": "Решение",
        "result": "Результат",
        "rules": "Правила",
        "rule": "правило",
        "reasons": "Почему null",
    },
}


def run(
    *,
    file: str,
    decision: str,
    input: str,
    as_json: bool = False,
    language: str = "en",
    stdin: TextIO,
) -> tuple[int, str]:
    """Evaluate *decision* (a name or id) of *file* on the JSON object in the file *input*, or on *stdin* for ``-``.

    Imported models are looked for beside the file.  Returns the exit code and the text to print.
    """
    try:
        path = Path(file)
        xml = path.read_bytes()
        beside = {
            other.name: other.read_bytes()
            for other in sorted(path.parent.glob("*.dmn"))
            if other.name != path.name
        }
        text = stdin.read(_MAX_INPUT + 1) if input == "-" else Path(input).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return _failure(UNREADABLE, DmnError("dmn.input_file", detail=error), as_json, language)
    return evaluate(xml, decision, text, imports=beside, as_json=as_json, language=language)


def evaluate(
    xml: bytes,
    decision: str,
    text: str,
    *,
    imports: Mapping[str, bytes] | None = None,
    as_json: bool = False,
    language: str = "en",
) -> tuple[int, str]:
    """Evaluate *decision* of the model *xml* on the JSON object *text*; return exit code and text."""
    try:
        model = parse(xml, imports=_needed(xml, imports or {}))
        variables = read_input(text, model)
    except DmnError as error:
        return _failure(UNREADABLE, error, as_json, language)
    try:
        outcome = model.evaluate(decision, variables)
    except DmnError as error:
        return _failure(REFUSED, error, as_json, language)
    if as_json:
        return DONE, _json(
            {
                "decision": outcome.decision,
                "result": to_json(outcome.value),
                "matched_rules": outcome.matched_rules,
                "reasons": [str(reason) for reason in outcome.reasons],
            }
        )
    return DONE, _readable(outcome, language)


def read_input(text: str, model: Model) -> dict[str, Any]:
    """Return the variables of a JSON object; texts for inputs of a date or duration type become such values.

    Raises:
        DmnError: dmn.input_file, dmn.input_type.
    """
    try:
        if len(text) > _MAX_INPUT:
            limit = _MAX_INPUT // 1_000_000
            raise DmnError("dmn.input_file", detail=(f"more than {limit} MB", f"больше {limit} МБ"))
        data = json.loads(text, parse_float=Decimal)
        if not isinstance(data, dict):
            expected = ('a JSON object is expected, as {"name": 1}', 'нужен объект JSON вида {"имя": 1}')
            raise DmnError("dmn.input_file", detail=expected)
        variables = {name: from_json(value) for name, value in data.items()}
    except json.JSONDecodeError as error:
        detail = (f"not JSON at line {error.lineno}", f"не JSON, строка {error.lineno}")
        raise DmnError("dmn.input_file", detail=detail) from error
    except (ValueError, RecursionError, feel.FeelError) as error:
        raise DmnError("dmn.input_file", detail=error) from error
    for node in model.nodes():
        if node.name in variables:
            kind = node.type.base if isinstance(node.type, Restricted) else node.type
            variables[node.name] = _typed(node.name, variables[node.name], kind.name)
    return variables


def _typed(name: str, value: Any, type_name: str) -> Any:
    function = _TEMPORAL.get(type_name)
    if function is None or not isinstance(value, str):
        return value
    converted = feel.compile(f"{function}(text)").evaluate({"text": value})
    if converted is None:
        raise DmnError("dmn.input_type", name, name=name, value=repr(value), type=type_name)
    return converted


_TEMPORAL = {
    BASE_TYPES["date"].name: "date",
    BASE_TYPES["time"].name: "time",
    BASE_TYPES["date and time"].name: "date and time",
    BASE_TYPES["days and time duration"].name: "duration",
    BASE_TYPES["years and months duration"].name: "duration",
}


def _needed(xml: bytes, beside: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Return the files beside a model only when it imports any: a broken neighbour is nobody's business."""
    return beside if b"import" in xml else {}


def _failure(code: int, error: DmnError, as_json: bool, language: str) -> tuple[int, str]:
    message = error.message(language)
    if as_json:
        return code, _json({"error": {"code": error.code, "element": error.element, "message": message}})
    return code, message


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)


def _readable(outcome: Outcome, language: str) -> str:
    words = _WORDS["ru" if language == "ru" else "en"]
    lines = [
        f"{words['decision']}: {outcome.decision}",
        f"{words['result']}: {feel.to_string(feel.to_feel(outcome.value))}",
    ]
    if outcome.matched_rules:
        lines.append(f"{words['rules']}:")
        for matched in outcome.matched_rules:
            notes = "; ".join(matched["annotations"].values())
            lines.append(
                f"  {matched['table']}, {words['rule']} {matched['rule_index']}"
                + (f": {notes}" if notes else "")
            )
    if outcome.reasons:
        lines.append(f"{words['reasons']}:")
        for reason in outcome.reasons:
            message = getattr(reason, "message", None)
            lines.append(f"  {message(language) if callable(message) else reason}")
    return "\n".join(lines)
