"""What makes the value of a field wrong: the rules of form-js, checked on the server.

`violation` judges one settled, visible, writable node.  Lengths are those of
the trimmed text; `required` means not null, not empty, and ticked for a
checkbox; limits may be FEEL.  Beyond form-js it knows `requiresFor`, and it
refuses what cannot be stored.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from bpmn.forms.attached import file_rules
from bpmn.forms.evaluation import Evaluator, Scope
from bpmn.forms.messages import Problem, problem
from bpmn.forms.numbers import format_number, plain_number, to_decimal
from bpmn.forms.patterns import PatternRefused, compile_pattern
from bpmn.forms.schema import MULTIPLE_CHOICE, SINGLE_CHOICE, TEXTUAL, Component
from bpmn.forms.tree import Node

MAX_PATTERN_TEXT = 1_000
MONEY_DIGITS = 2

# HTML Living Standard, "valid e-mail address", with letters of any script in the domain (RFC 6531).
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_EMAIL = re.compile(rf"[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+")
_PHONE = re.compile(r"\+?[0-9()\s.\u00a0\u2011-]{5,30}")


def violation(
    node: Node, evaluator: Evaluator, *, outcome: str | None, files: Mapping[str, Any] | None = None
) -> Problem | None:
    """Return what is wrong with a node, None when nothing is."""
    if node.problem is not None:
        return node.problem
    if _is_empty(node):
        return _missing(node.component) if is_required(node.component, outcome) else None
    check = _CHECKS.get(node.component.type)
    if node.component.type == "filepicker":
        return _check_files(node, evaluator, files)
    return check(node, evaluator) if check else None


def is_required(component: Component, outcome: str | None) -> bool:
    """Say whether the field must be filled in when *outcome* is the button that was pressed."""
    if component.required_for and component.rule("required") is not True:
        return outcome in component.required_for
    return component.rule("required") is True


def _is_empty(node: Node) -> bool:
    if node.component.type == "checkbox":
        return node.value is not True
    return node.value is None or node.value in ("", [])


def _missing(component: Component) -> Problem:
    if component.type == "checkbox":
        return problem("required.checkbox")
    if component.type == "filepicker":
        return problem("required.file")
    if component.type in MULTIPLE_CHOICE:
        return problem("required.choices")
    return problem("required.choice" if component.type in SINGLE_CHOICE else "required")


def _limit(node: Node, name: str, evaluator: Evaluator) -> Decimal | None:
    """Return a limit of `validate`: a number, a text with a number, or FEEL."""
    scope: Scope | dict[str, Any] = node.scope if node.scope is not None else {}
    value = evaluator.property(node.component.rule(name), scope)
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]+(\.[0-9]+)?\s*", value):
        return Decimal(value.strip())
    return to_decimal(value)


def _check_text(node: Node, evaluator: Evaluator) -> Problem | None:
    text, component = node.value, node.component
    if not isinstance(text, str):
        return None
    shortest, longest = _limit(node, "minLength", evaluator), _limit(node, "maxLength", evaluator)
    if shortest is not None and len(text) < shortest:
        return problem("text.too_short", n=int(shortest), length=len(text))
    if longest is not None and len(text) > longest:
        return problem("text.too_long", n=int(longest), length=len(text))
    if component.type == "textarea":
        return None
    kind = component.rule("validationType")
    if kind == "email" and not (len(text) <= 254 and _EMAIL.fullmatch(text)):
        return problem("text.email")
    if kind == "phone" and not (_PHONE.fullmatch(text) and 7 <= sum(map(str.isdigit, text)) <= 15):
        return problem("text.phone")
    return _check_pattern(component, text)


def _check_pattern(component: Component, text: str) -> Problem | None:
    pattern = component.rule("pattern")
    if not pattern:
        return None
    if len(text) > MAX_PATTERN_TEXT:
        return problem("text.too_long", n=MAX_PATTERN_TEXT, length=len(text))
    try:
        matches = compile_pattern(pattern).search(text)
    except PatternRefused as refused:
        return refused.problem
    return None if matches else problem("text.pattern")


def decimal_digits(component: Component) -> int | None:
    """Return how many digits may follow the decimal point; money has two unless it says otherwise."""
    digits = component.get("decimalDigits")
    if digits is None:
        return MONEY_DIGITS if component.money else None
    return max(0, int(digits))


def _check_number(node: Node, evaluator: Evaluator) -> Problem | None:
    value = _number_of_text(node.value) if isinstance(node.value, str) else to_decimal(node.value)
    if value is None:
        return (
            problem("number.not", value=node.value) if isinstance(node.value, str) else problem("type.number")
        )
    digits = decimal_digits(node.component)
    exponent = value.normalize().as_tuple().exponent
    if digits is not None and isinstance(exponent, int) and -exponent > digits:
        return problem("number.digits", n=digits) if digits else problem("number.whole")
    lowest, highest = _limit(node, "min", evaluator), _limit(node, "max", evaluator)
    if lowest is not None and value < lowest:
        return problem("number.too_small", limit=_shown(lowest, evaluator))
    if highest is not None and value > highest:
        return problem("number.too_large", limit=_shown(highest, evaluator))
    return None


def _number_of_text(text: str) -> Decimal | None:
    """Return the number that is kept as a text; None when a variable of the request holds another text."""
    try:
        return to_decimal(Decimal(text))
    except InvalidOperation:
        return None


def _shown(limit: Decimal, evaluator: Evaluator) -> str:
    return format_number(plain_number(limit), language=evaluator.language)


def _check_moment(node: Node, evaluator: Evaluator) -> Problem | None:
    value, component = node.value, node.component
    now = evaluator.now
    if component.get("disallowPassedDates"):
        passed = isinstance(value, datetime) and value.tzinfo is not None and value < now
        if passed or (type(value) is date and value < now.date()):
            return problem("date.past")
    interval = component.get("timeInterval")
    if interval and component.get("subtype", "date") != "date":
        local = value.astimezone(evaluator.zone).time() if isinstance(value, datetime) else value
        if isinstance(local, time) and (local.hour * 60 + local.minute) % max(1, int(interval)):
            return problem("time.interval", n=int(interval))
    return None


def _check_files(node: Node, evaluator: Evaluator, files: Mapping[str, Any] | None) -> Problem | None:
    """Every reference must be one the caller knows (just uploaded) or one the process already had."""
    references = node.value if isinstance(node.value, list) else [node.value]
    had = node.stored if isinstance(node.stored, list) else [node.stored]
    rules = file_rules(node.component, node.scope if node.scope is not None else {}, evaluator)
    for reference in references:
        if reference in had or files is None:
            continue
        if reference not in files:
            return problem("file.unknown")
        details = files[reference]
        wrong = rules.broken_by(details if isinstance(details, Mapping) else {}, evaluator.language)
        if wrong is not None:
            return wrong
    if len(references) > rules.max_files:
        return problem("file.too_many_here", n=rules.max_files, count=len(references))
    return None


_CHECKS: dict[str, Callable[[Node, Evaluator], Problem | None]] = {
    **dict.fromkeys(TEXTUAL, _check_text),
    "number": _check_number,
    "datetime": _check_moment,
}
