"""From what was sent to what may be stored: the only way values of a form reach a process.

`submit` takes an HTML post, `check` JSON.  Both give a `Submission`: values
only of visible fields, read-only ones as the process has them, and one message
per wrong field.  Nothing is stored from a submission that has errors.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from bpmn.forms.evaluation import Evaluator, Functions
from bpmn.forms.messages import problem, say
from bpmn.forms.rules import violation
from bpmn.forms.schema import CONTAINERS, ENTRIES, Form
from bpmn.forms.sources import ADD, MISSING, REMOVE, ROW_MARK, Json, Posted, Source
from bpmn.forms.tree import Node, Tree, evaluator_for, grow, settle

MAX_FIELDS = 10_000
MAX_CHARACTERS = 2_000_000
MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Submission:
    """The result: *values* by variable name, *errors* by field path ("" is the form as a whole).

    *again*: a button asked for a row to be added or removed; nothing was submitted, show the form again.
    *outcome*: the value of the submit button that was pressed, if the form has such buttons.
    """

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    again: bool = False
    outcome: str | None = None

    @property
    def ok(self) -> bool:
        return not self.errors and not self.again


def edits_rows(posted: Mapping[str, list[str]]) -> bool:
    """Say whether the post came from an add-row or remove-row button."""
    return any(name.startswith((ADD, REMOVE)) for name in posted)


def is_oversized(posted: Mapping[str, list[str]]) -> bool:
    """Say whether a post is too large or nested too deeply to be read."""
    count = size = 0
    for name, texts in posted.items():
        count += len(texts)
        size += len(name) + sum(map(len, texts))
        if count > MAX_FIELDS or size > MAX_CHARACTERS or name.count("[") + name.count(".") > MAX_DEPTH:
            return True
    return False


def submit(
    form: Form,
    posted: Mapping[str, list[str]],
    variables: Mapping[str, Any],
    *,
    language: str = "ru",
    now: datetime | None = None,
    zone: tzinfo | None = None,
    functions: Functions | None = None,
    files: Mapping[str, Any] | None = None,
) -> Submission:
    """Read and check an HTML post of *form*.

    *now* is the moment of the submission and, by its zone unless *zone* is given, what local times mean.
    *files* maps the references of uploaded files to their details (`name`, `type`); others are refused.
    A field that the post does not mention keeps the value it had.
    """
    if is_oversized(posted):
        return Submission(errors={"": say("post.too_large", language)})
    evaluator = evaluator_for(form, variables, now=now, zone=zone, language=language, functions=functions)
    tree = grow(form, variables, Posted(posted), evaluator)
    pressed = {key: texts[-1] for key, texts in posted.items() if texts}
    return _judge(tree, evaluator, pressed, files, again=edits_rows(posted))


def check(
    form: Form,
    values: Mapping[str, Any],
    variables: Mapping[str, Any],
    *,
    language: str = "ru",
    now: datetime | None = None,
    zone: tzinfo | None = None,
    functions: Functions | None = None,
    files: Mapping[str, Any] | None = None,
) -> Submission:
    """Check JSON values sent by a program.

    Unknown keys, wrong types and changed read-only or computed values are errors by their path.  Dates
    are ISO 8601 texts.  A row may name the stored row it continues by `_row` (its index); without it rows
    continue the stored ones only when their number is unchanged.
    """
    if not isinstance(values, Mapping) or _too_deep(values, MAX_DEPTH):
        return Submission(errors={"": say("type.object", language)})
    evaluator = evaluator_for(form, variables, now=now, zone=zone, language=language, functions=functions)
    source = Json(values)
    tree = grow(form, variables, source, evaluator)
    result = _judge(tree, evaluator, values, files, again=False)
    errors = {path: say("unknown", language) for path in _unknown(tree, values)}
    for node in tree.walk():
        if _is_changed_fixed(node, source):
            errors[node.name] = say("fixed", language)
    return Submission(result.values, {**errors, **result.errors}, outcome=result.outcome)


def _judge(
    tree: Tree,
    evaluator: Evaluator,
    pressed: Mapping[str, Any],
    files: Mapping[str, Any] | None,
    *,
    again: bool,
) -> Submission:
    errors: dict[str, str] = {}
    settle(tree, evaluator)
    tree.outcome, outcome_errors = _outcome(tree, evaluator, pressed)
    if tree.outcome:
        settle(tree, evaluator)
    if again:
        return Submission(again=True)
    if tree.too_large or evaluator.exhausted:
        return Submission(errors={"": say("form.too_heavy", evaluator.language)})
    outcome = tree.outcome[1] if tree.outcome else None
    for node in tree.walk():
        if node.hidden:
            continue
        if node.component.type == "dynamiclist" and node.problem:
            errors[node.name] = node.problem.message(evaluator.language)
        elif node.component.type in ENTRIES and not node.readonly:
            wrong = violation(node, evaluator, outcome=outcome, files=files)
            if wrong:
                own = node.component.rule("patternErrorMessage") if wrong.code == "text.pattern" else None
                errors[node.name] = own or wrong.message(evaluator.language)
    errors.update(outcome_errors)
    return Submission(_submitted(tree), errors, outcome=outcome)


def _outcome(
    tree: Tree, evaluator: Evaluator, pressed: Mapping[str, Any]
) -> tuple[tuple[str, str] | None, dict[str, str]]:
    """Find which outcome button was pressed; the only one counts as pressed when none is named."""
    buttons = [node for node in tree.walk() if node.component.outcome is not None and not node.hidden]
    if not buttons:
        return None, {}
    for node in buttons:
        key, outcome = node.component.outcome_key, node.component.outcome
        if outcome is not None and pressed.get(key) == outcome:
            return (key, outcome), {}
    key, only = buttons[0].component.outcome_key, buttons[0].component.outcome
    sent = pressed.get(key)
    if sent not in (None, ""):
        return None, {key: problem("outcome.unknown", value=str(sent)).message(evaluator.language)}
    if len(buttons) == 1 and only is not None:
        return (key, only), {}
    labels = ", ".join(str(node.component.get("label", node.component.outcome)) for node in buttons)
    return None, {key: say("required.outcome", evaluator.language, labels=labels)}


def _submitted(tree: Tree) -> dict[str, Any]:
    """Return the data of the form's own root variables."""
    return {key: value for key, value in tree.data.items() if key in tree.owned}


def _is_changed_fixed(node: Node, source: Source) -> bool:
    """Say whether a program sent another value for a field that it may not change."""
    if node.hidden or not (
        node.component.type == "expression" or (node.component.type in ENTRIES and node.readonly)
    ):
        return False
    if node.component.type != "expression":
        return node.entry is not None and node.entry.value != node.value
    sent = source.at(node.name) if isinstance(source, Json) else MISSING
    return sent is not MISSING and sent != node.value


def _unknown(tree: Tree, values: Mapping[str, Any]) -> Iterator[str]:
    outcome_keys = {button.outcome_key for button in tree.form.outcomes}
    known: dict[str, Any] = dict.fromkeys(outcome_keys, True)
    _names(tree.nodes, known)
    yield from _beyond(known, values, "")


def _names(nodes: list[Node], known: dict[str, Any]) -> None:
    """Fill *known* with the keys of a data container: True for a field, a list for rows, a dict inside."""
    for node in nodes:
        if node.component.type in CONTAINERS and node.component.type != "dynamiclist":
            _names(node.children, known)
        elif node.keys:
            inner = known
            for key in node.keys[:-1]:
                inner = inner.setdefault(key, {})
            rows: list[dict[str, Any]] = []
            for row in node.rows:
                rows.append({ROW_MARK: True})
                _names(row.children, rows[-1])
            inner[node.keys[-1]] = rows if node.component.type == "dynamiclist" else True


def _beyond(known: Mapping[str, Any], values: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for key, value in values.items():
        path = f"{prefix}{key}"
        expected = known.get(key)
        if expected is None:
            yield path[:200]
        elif isinstance(expected, dict) and isinstance(value, Mapping):
            yield from _beyond(expected, value, path + ".")
        elif isinstance(expected, list) and isinstance(value, list):
            for index, (row, sent) in enumerate(zip(expected, value, strict=False)):
                if isinstance(sent, Mapping):
                    yield from _beyond(row, sent, f"{path}[{index}].")


def _too_deep(value: Any, left: int) -> bool:
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return left < 0 or any(_too_deep(part, left - 1) for part in inside)


__all__ = ["Submission", "check", "edits_rows", "is_oversized", "submit"]
