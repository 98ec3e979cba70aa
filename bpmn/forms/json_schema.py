"""The JSON Schema (draft 2020-12) of the values that a program sends for a form.

Whatever `check` accepts in canonical shape (trimmed texts, ISO 8601 dates) satisfies the schema, so a caller that
the schema refuses would have been refused by the same rules.  The schema is the weaker of the two: FEEL limits
and conditions, decimal digits, options that the process computes, and whether a local day has passed are judged by
`check` alone; each field says in its description what its schema cannot.  Values of hidden fields are dropped by
`check` whatever they are; the schema asks for their type all the same.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bpmn.forms.attached import fixed_file_rules
from bpmn.forms.entries import MAX_TEXT
from bpmn.forms.messages import say
from bpmn.forms.options import make_options
from bpmn.forms.patterns import PatternRefused, compile_pattern
from bpmn.forms.rules import decimal_digits
from bpmn.forms.schema import CHOICES, ENTRIES, MULTIPLE_CHOICE, TEXTUAL, Component, Form
from bpmn.forms.sources import MAX_ROWS, ROW_MARK
from bpmn.forms.tree import at

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?$"
Translate = Callable[[str], str]


def json_schema(
    form: Form,
    language: str = "ru",
    *,
    translate: Translate = str,
    variables: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the schema of the object that `check` takes for *form*.

    *translate* is applied to the author's words, *language* is that of ours.  A required field that already has a
    value among *variables* need not be sent again, so it is not required by the schema.
    """
    writer = _Writer(language, translate)
    schema = writer.container(form.components, variables or {})
    outcomes = writer.outcomes(form)
    schema["properties"] |= outcomes
    always = [key for key, part in outcomes.items() if part.pop("_needed")]
    if always:
        schema["required"] = sorted({*schema.get("required", []), *always})
    rules = writer.required_for(form, variables or {})
    if rules:
        schema["allOf"] = rules
    return {"$schema": DIALECT, "title": form.name, **schema}


class _Writer:
    def __init__(self, language: str, translate: Translate) -> None:
        self._language, self._translate = language, translate

    def container(self, components: Iterable[Component], stored: Mapping[str, Any]) -> dict[str, Any]:
        """Return the schema of an object with the fields of *components*."""
        schema: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}
        self._fill(schema, components, stored, (), conditional=False)
        return schema

    def _fill(
        self,
        schema: dict[str, Any],
        components: Iterable[Component],
        stored: Mapping[str, Any],
        inside: tuple[str, ...],
        *,
        conditional: bool,
    ) -> None:
        for component in components:
            keys = (*inside, *component.keys)
            hidden = conditional or bool(component.get("conditional", {}).get("hide"))
            if component.type == "group":
                self._fill(schema, component.components, stored, keys, conditional=hidden)
            elif component.keys:
                made = self._described(component, self._field(component, at(stored, keys)))
                needed = not hidden and self._is_needed(component, at(stored, keys))
                _put(schema, keys, made, needed=needed)

    def _is_needed(self, component: Component, stored: Any) -> bool:
        started = component.get("defaultValue") if stored is None else stored
        return (
            component.type in ENTRIES
            and component.rule("required") is True
            and not _is_fixed(component)
            and started in (None, "", [], False)
        )

    def _field(self, component: Component, stored: Any) -> dict[str, Any]:
        kind, required = component.type, component.rule("required") is True
        if kind == "expression" or _is_fixed(component):
            return {"readOnly": True}
        if kind == "dynamiclist":
            rows = self.container(component.components, {})
            rows["properties"][ROW_MARK] = {"type": "integer", "minimum": 0}
            if stored:
                rows.pop("required", None)  # a row may continue a stored one, which has its values
            return {"type": "array", "items": rows, "maxItems": MAX_ROWS}
        if kind == "checkbox":
            return {"const": True} if required else {"type": ["boolean", "null"]}
        made = _TYPES.get(kind, _anything)(component)
        return made if required else _or_null(made)

    def _described(self, component: Component, made: dict[str, Any]) -> dict[str, Any]:
        label = component.get("label") or component.get("dateLabel") or component.get("timeLabel")
        if isinstance(label, str) and label and not label.startswith("=") and "{{" not in label:
            made["title"] = self._translate(label)
        notes = [self._say(code, **values) for code, values in _notes(component)]
        if component.type == "filepicker":
            notes.append(fixed_file_rules(component).hint(self._language))
        text = component.get("description")
        if isinstance(text, str) and text and not text.startswith("=") and "{{" not in text:
            notes.insert(0, self._translate(text))
        if notes:
            made["description"] = ". ".join(note.rstrip(".") for note in notes)
        return made

    def _say(self, code: str, **values: Any) -> str:
        return say(f"schema.{code}", self._language, **values)

    def outcomes(self, form: Form) -> dict[str, Any]:
        """Return the variables that the form's outcome buttons set."""
        found: dict[str, Any] = {}
        for button in form.outcomes:
            part = found.setdefault(button.outcome_key, {"enum": [], "_needed": True, "title": ""})
            part["enum"].append(button.outcome)
            if button.get("conditional", {}).get("hide"):
                part["_needed"] = False
        keys = len(found)
        for part in found.values():
            part["title"] = self._say("outcome")
            if len(part["enum"]) == 1 or keys > 1:
                part["_needed"] = False
            part["enum"] = [*dict.fromkeys(part["enum"]), None, ""] if not part["_needed"] else part["enum"]
        return found

    def required_for(self, form: Form, variables: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return a rule for each field that only some outcomes require."""
        rules = []
        keys = {button.outcome: button.outcome_key for button in form.outcomes}
        for component in form.components:
            plain = len(component.keys) == 1 and not component.get("conditional", {}).get("hide")
            if not plain or component.rule("required") is True or _is_fixed(component):
                continue
            key = component.keys[0]
            if variables.get(key) not in (None, "", [], False) or component.get("defaultValue") is not None:
                continue
            for outcome in sorted(component.required_for & keys.keys()):
                when = {"properties": {keys[outcome]: {"const": outcome}}, "required": [keys[outcome]]}
                then = {"properties": {key: {"not": {"enum": [None, "", []]}}}, "required": [key]}
                rules.append({"if": when, "then": then})
        return rules


def _put(schema: dict[str, Any], keys: tuple[str, ...], made: dict[str, Any], *, needed: bool) -> None:
    """Set the schema of a field at a path; fields that share a key (one is shown at a time) are alternatives."""
    for key in keys[:-1]:
        inner = schema["properties"].setdefault(
            key, {"type": "object", "properties": {}, "additionalProperties": False}
        )
        if "properties" not in inner:
            return
        schema = inner
        needed = False  # the object around it may be left out as a whole
    known = schema["properties"].get(keys[-1])
    if known is not None:
        made = {"anyOf": [*known.get("anyOf", [known]), made]}
        needed = False
        schema["required"] = [key for key in schema.get("required", []) if key != keys[-1]]
    schema["properties"][keys[-1]] = made
    if needed:
        schema["required"] = [*schema.get("required", []), keys[-1]]


def _is_fixed(component: Component) -> bool:
    return bool(component.get("disabled")) or component.get("readonly") is True


def _or_null(made: dict[str, Any]) -> dict[str, Any]:
    if "enum" in made:
        return {**made, "enum": [*made["enum"], *([] if None in made["enum"] else [None])]}
    if "type" in made:
        kinds = made["type"] if isinstance(made["type"], list) else [made["type"]]
        extra = {"pattern": f"^$|{made['pattern']}"} if "pattern" in made else {}
        lower = {"minLength": 0} if "minLength" in made else {}
        return {**made, **extra, **lower, "type": [*kinds, "null"]}
    return made


def _text(component: Component) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "string", "maxLength": MAX_TEXT}
    for name, ours in (("minLength", max), ("maxLength", min)):
        limit = component.rule(name)
        if isinstance(limit, int) and not isinstance(limit, bool):
            made[name] = ours(limit, made.get(name, limit))
    pattern = component.rule("pattern")
    if component.type == "textfield" and pattern:
        try:
            compile_pattern(pattern)
            made["pattern"] = pattern
        except PatternRefused:
            pass  # lint says so; no value would pass
    if component.type == "textfield" and component.rule("validationType") == "email":
        made["format"] = "email"
    if component.rule("required") is True:
        made["minLength"] = max(1, made.get("minLength", 1))
    return made


def _number(component: Component) -> dict[str, Any]:
    if component.get("serializeToString"):
        return {"type": ["string", "number"]}
    made: dict[str, Any] = {"type": "integer" if decimal_digits(component) == 0 else "number"}
    for name, theirs in (("min", "minimum"), ("max", "maximum")):
        limit = component.rule(name)
        if isinstance(limit, int | float) and not isinstance(limit, bool):
            made[theirs] = limit
    return made


def _moment(component: Component) -> dict[str, Any]:
    kind = component.get("subtype", "date")
    if kind == "time":
        return {"type": "string", "pattern": _TIME}
    return {"type": "string", "format": "date-time" if kind == "datetime" else "date"}


def _file(component: Component) -> dict[str, Any]:
    made: dict[str, Any] = {"type": ["array", "string"], "items": {"type": "string"}}
    return {**made, "maxItems": fixed_file_rules(component).max_files}


def _choice(component: Component) -> dict[str, Any]:
    if component.get("valuesExpression") or component.get("valuesKey"):
        return {"type": "array"} if component.type in MULTIPLE_CHOICE else {}
    values = [option.value for option in make_options(component.get("values", []))]
    if component.type in MULTIPLE_CHOICE:
        made: dict[str, Any] = {"type": "array", "items": {"enum": values}}
        return made | ({"minItems": 1} if component.rule("required") is True else {})
    return {"enum": values}


def _anything(component: Component) -> dict[str, Any]:
    return {}


_TYPES: dict[str, Callable[[Component], dict[str, Any]]] = {
    **dict.fromkeys(TEXTUAL, _text),
    **dict.fromkeys(CHOICES, _choice),
    "number": _number,
    "datetime": _moment,
    "filepicker": _file,
}


def _notes(component: Component) -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield what the schema of a field cannot say: a code of our texts and its values."""
    kind = component.type
    if kind == "expression":
        yield "computed", {}
    elif kind in ENTRIES and _is_fixed(component):
        yield "fixed", {}
    if hide := component.get("conditional", {}).get("hide"):
        yield "hidden", {"expression": str(hide).removeprefix("=")}
    if isinstance(component.get("readonly"), str):
        yield "readonly", {"expression": component.get("readonly").removeprefix("=")}
    if component.required_for:
        yield "required_for", {"outcomes": ", ".join(sorted(component.required_for))}
    if kind in TEXTUAL:
        yield "trimmed", {}
    if kind == "textfield" and component.rule("validationType") == "phone":
        yield "phone", {}
    digits = decimal_digits(component) if kind == "number" else None
    if digits:
        yield "digits", {"n": digits}
    for name in ("minLength", "maxLength", "min", "max"):
        limit = component.rule(name)
        if isinstance(limit, str):
            yield "limit", {"name": name, "expression": limit.removeprefix("=")}
    if kind in CHOICES and (source := component.get("valuesExpression") or component.get("valuesKey")):
        yield "options", {"expression": str(source).removeprefix("=")}
    if component.get("disallowPassedDates"):
        yield "not_passed", {}
    if component.get("timeInterval") and component.get("subtype", "date") != "date":
        yield "interval", {"n": component.get("timeInterval")}
    if kind == "filepicker":
        yield "file", {}
    if kind == "dynamiclist" and component.get("allowAddRemove") is False:
        yield "same_rows", {}
