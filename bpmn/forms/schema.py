"""Read a form-js definition into components whose shape the rest can rely on.

After `parse` every component has a known type, every input a valid key, every
list a path, and every property that we read has the type we expect; nesting
and size are bounded.  What is wrong but still readable is left to `lint`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from bpmn.forms.errors import FormProblem, FormRefused, found

TEXTUAL = frozenset({"textfield", "textarea"})
SINGLE_CHOICE = frozenset({"radio", "select"})
MULTIPLE_CHOICE = frozenset({"checklist", "taglist"})
CHOICES = SINGLE_CHOICE | MULTIPLE_CHOICE
ENTRIES = TEXTUAL | CHOICES | {"number", "datetime", "checkbox", "filepicker"}
INPUTS = ENTRIES | {"expression"}
CONTAINERS = frozenset({"group", "dynamiclist"})
REFUSED = frozenset({"html", "iframe", "documentPreview"})
PRESENTATION = frozenset({"text", "image", "table", "button", "spacer", "separator"}) | REFUSED
TYPES = INPUTS | CONTAINERS | PRESENTATION

MAX_BYTES = 1_000_000
MAX_COMPONENTS = 1_000
MAX_DEPTH = 8
MAX_KEY = 120

_SEGMENT = re.compile(r"[^\W_][^.\[\]{}\x00-\x1f\"'<>=:]*")
_TEXT = (str,)
_FLAG_OR_FEEL = (bool, str)
_NUMBER_OR_FEEL = (int, float, str)
_EXPECTED: dict[str, tuple[type, ...]] = {
    "label": _TEXT, "dateLabel": _TEXT, "timeLabel": _TEXT, "description": _TEXT, "text": _TEXT,
    "source": _TEXT, "alt": _TEXT, "title": _TEXT, "expression": _TEXT, "dataSource": _TEXT,
    "columnsExpression": _TEXT, "valuesKey": _TEXT, "valuesExpression": _TEXT, "accept": _TEXT,
    "action": _TEXT, "subtype": _TEXT, "id": _TEXT, "disabled": (bool,), "readonly": _FLAG_OR_FEEL,
    "multiple": _FLAG_OR_FEEL, "values": (list,), "columns": (list,), "validate": (dict,),
    "conditional": (dict,), "appearance": (dict,), "properties": (dict,), "layout": (dict,),
    "decimalDigits": (int, float), "increment": (int, float, str), "serializeToString": (bool,),
    "defaultRepetitions": (int,), "allowAddRemove": (bool,), "disallowPassedDates": (bool,),
    "timeInterval": (int,), "rowCount": (int, float, str), "height": (int, float),
}  # fmt: skip
_EXPECTED_VALIDATE: dict[str, tuple[type, ...]] = {
    "required": (bool,), "minLength": _NUMBER_OR_FEEL, "maxLength": _NUMBER_OR_FEEL, "min": _NUMBER_OR_FEEL,
    "max": _NUMBER_OR_FEEL, "pattern": _TEXT, "patternErrorMessage": _TEXT, "validationType": _TEXT,
}  # fmt: skip
_NAMES = {
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
}


@dataclass(frozen=True, slots=True)
class Component:
    """One component.  *keys* is its path in the data of its container (empty when it holds no data)."""

    type: str
    id: str
    keys: tuple[str, ...]
    raw: Mapping[str, Any]
    components: tuple["Component", ...]
    where: str

    def get(self, name: str, default: Any = None) -> Any:
        value = self.raw.get(name)
        return default if value is None else value

    def rule(self, name: str) -> Any:
        """Return a property of `validate`."""
        return self.get("validate", {}).get(name)

    def own(self, name: str) -> str | None:
        """Return one of the custom properties (our own extras), a text."""
        value = self.get("properties", {}).get(name)
        return None if value is None else str(value)

    def flag(self, name: str) -> bool:
        return (self.own(name) or "").strip().lower() in {"true", "yes", "1"}

    @property
    def outcome(self) -> str | None:
        """The value that pressing this submit button gives to its variable."""
        submits = self.type == "button" and self.get("action", "submit") == "submit"
        return self.own("outcome") if submits else None

    @property
    def outcome_key(self) -> str:
        return str(self.get("key", "outcome"))

    @property
    def required_for(self) -> frozenset[str]:
        return frozenset(filter(None, (part.strip() for part in (self.own("requiresFor") or "").split(","))))

    @property
    def money(self) -> str | None:
        return self.own("money")


@dataclass(frozen=True, slots=True)
class Form:
    """A parsed form definition: immutable, safe to cache and share between threads."""

    name: str
    id: str
    components: tuple[Component, ...]
    raw: Mapping[str, Any]

    def walk(self) -> Iterator[tuple[Component, tuple[Component, ...]]]:
        """Yield every component with its containers, outermost first, in reading order."""
        return _walk(self.components, ())

    @property
    def outcomes(self) -> list[Component]:
        """The submit buttons that carry an outcome, in reading order."""
        return [component for component, _ in self.walk() if component.outcome is not None]

    @property
    def file_variables(self) -> frozenset[str]:
        """Root variables in which files can be attached."""
        return frozenset(
            next(key for part in (*containers, component) for key in part.keys)
            for component, containers in self.walk()
            if component.type == "filepicker"
        )

    @property
    def personal_keys(self) -> frozenset[str]:
        """Root variables that hold personal data (`"personal": "true"`)."""
        marked = set()
        for component, containers in self.walk():
            if component.flag("personal"):
                path = [key for part in (*containers, component) for key in part.keys]
                marked.update(path[:1])
        return frozenset(marked)


def _walk(
    components: tuple[Component, ...], containers: tuple[Component, ...]
) -> Iterator[tuple[Component, tuple[Component, ...]]]:
    for component in components:
        yield component, containers
        yield from _walk(component.components, (*containers, component))


def parse(schema: Mapping[str, Any] | bytes | str, *, name: str) -> Form:
    """Read a form-js JSON definition.

    Raises:
        FormRefused: not JSON, not a form, unknown component, invalid key or property, too large.
    """
    if isinstance(schema, bytes | str):
        schema = _loads(schema, name)
    if not isinstance(schema, Mapping) or not isinstance(schema.get("components"), list):
        raise FormRefused(found(name, "", "form.not_form"))
    reader = _Reader(name)
    components = reader.components(schema["components"], "components", depth=1)
    return Form(name=name, id=str(schema.get("id") or name), components=components, raw=schema)


def _loads(text: bytes | str, name: str) -> Any:
    if len(text) > MAX_BYTES:
        raise FormRefused(found(name, "", "form.too_large"))
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise FormRefused(found(name, "", "form.not_json", reason=str(error))) from None


class _Reader:
    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0

    def components(self, raw: list[Any], where: str, *, depth: int) -> tuple[Component, ...]:
        if depth > MAX_DEPTH:
            raise self._refused(where, "form.too_deep")
        return tuple(self._component(part, f"{where}[{index}]", depth) for index, part in enumerate(raw))

    def _component(self, raw: Any, where: str, depth: int) -> Component:
        self._count += 1
        if self._count > MAX_COMPONENTS:
            raise self._refused(where, "form.too_large")
        if not isinstance(raw, dict):
            raise self._refused(where, "form.not_component")
        kind = raw.get("type")
        if not isinstance(kind, str) or kind not in TYPES:
            raise self._refused(where, "form.unknown_component", type=str(kind))
        self._check_types(raw, _EXPECTED, where)
        self._check_types(raw.get("validate") or {}, _EXPECTED_VALIDATE, where + ".validate")
        children = raw.get("components") or []
        if not isinstance(children, list):
            raise self._refused(where, "form.bad_property", property="components", expected="a list")
        return Component(
            type=kind,
            id=str(raw.get("id") or raw.get("key") or where),
            keys=self._keys(raw, kind, where),
            raw=raw,
            components=self.components(children, where + ".components", depth=depth + 1) if children else (),
            where=where,
        )

    def _keys(self, raw: dict[str, Any], kind: str, where: str) -> tuple[str, ...]:
        if kind in INPUTS:
            if not raw.get("key"):
                raise self._refused(where, "form.no_key")
            return self._path(raw["key"], where)
        if kind == "dynamiclist" and not raw.get("path"):
            raise self._refused(where, "form.no_path")
        if kind in CONTAINERS and raw.get("path"):
            return self._path(raw["path"], where)
        return ()

    def _path(self, path: Any, where: str) -> tuple[str, ...]:
        segments = tuple(path.split(".")) if isinstance(path, str) and len(path) <= MAX_KEY else ()
        if not segments or not all(_SEGMENT.fullmatch(part) and part == part.strip() for part in segments):
            raise self._refused(where, "form.bad_key", key=str(path))
        return segments

    def _check_types(self, raw: dict[str, Any], expected: dict[str, tuple[type, ...]], where: str) -> None:
        for name, value in raw.items():
            types = expected.get(name)
            if types is None or value is None:
                continue
            if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
                words = " or ".join(dict.fromkeys(_NAMES[kind] for kind in types))
                raise self._refused(where, "form.bad_property", property=name, expected=words)

    def _refused(self, where: str, code: str, **values: Any) -> FormRefused:
        return FormRefused(found(self._name, where, code, **values))


__all__ = ["Component", "Form", "FormProblem", "parse"]
