"""Convert a form of react-jsonschema-form (JSON Schema and a UI schema) to a form-js definition.

The plain subset: texts, numbers, yes and no, choices, dates, objects and lists of objects with titles, descriptions,
defaults and required fields.  Whatever else a schema says is refused with its name: a form never asks for less than
it was drawn to ask.
"""

from collections.abc import Iterator, Mapping
from typing import Any

MAX_DEPTH = 8
_EVERYWHERE = frozenset({"type", "title", "description", "default", "readOnly", "$schema", "$id", "examples"})
_OBJECT = _EVERYWHERE | {"properties", "required", "additionalProperties"}
_TEXT = _EVERYWHERE | {"format", "minLength", "maxLength", "pattern", "enum", "enumNames", "oneOf", "anyOf"}
_NUMBER = _EVERYWHERE | {"minimum", "maximum"}
_LIST = _EVERYWHERE | {"items", "uniqueItems"}
_UI_USED = frozenset({"widget", "title", "description", "help", "readonly", "disabled", "order", "options"})
_UI_IGNORED = frozenset(
    {"autofocus", "autocomplete", "classNames", "placeholder", "submitButtonOptions", "inputType"}
)
_WIDGETS = {
    "string": {
        "text",
        "textarea",
        "radio",
        "select",
        "date",
        "datetime",
        "date-time",
        "time",
        "email",
        "alt-date",
    },
    "number": {"updown", "text"},
    "integer": {"updown", "text"},
    "boolean": {"checkbox"},
    "array": {"checkboxes", "select"},
    "object": set[str](),
}
_DATES = {"date": "date", "date-time": "datetime", "time": "time"}
_WIDGET_FORMAT = {
    "date": "date",
    "alt-date": "date",
    "datetime": "date-time",
    "date-time": "date-time",
    "time": "time",
}


class SchemaUnfit(ValueError):
    """A part of a schema has no counterpart; `path` says where, `what` names it."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path or 'the schema'}: {what}")
        self.path, self.what = path, what

    def message(self, language: str) -> str:
        """Return a sentence in "ru" or "en"."""
        if language == "ru":
            return f"схема формы, {self.path or 'корень'}: {self.what} не поддерживается"
        return f"the form's schema, {self.path or 'root'}: {self.what} is not supported"


def from_json_schema(schema: Any, ui: Any) -> dict[str, Any]:
    """Return the form-js definition of a schema and its UI schema (None where there is none).

    Raises:
        SchemaUnfit: it says something that a form here cannot do.
    """
    if not isinstance(schema, dict) or schema.get("type", "object") != "object":
        raise SchemaUnfit("", "type")
    components = list(_texts(schema)) + _fields(schema, ui if isinstance(ui, dict) else {}, "", 1)
    return {"type": "default", "schemaVersion": 18, "components": components}


def _texts(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    title, description = schema.get("title"), schema.get("description")
    if isinstance(title, str) and title:
        yield {"type": "text", "id": "Text_title", "text": f"## {title}"}
    if isinstance(description, str) and description:
        yield {"type": "text", "id": "Text_description", "text": description}


def _fields(schema: Mapping[str, Any], ui: Mapping[str, Any], path: str, depth: int) -> list[dict[str, Any]]:
    if depth > MAX_DEPTH:
        raise SchemaUnfit(path, "nesting")
    _only(schema, _OBJECT, path)
    properties = schema.get("properties", {})
    if not isinstance(properties, dict) or schema.get("additionalProperties") not in (None, False, True):
        raise SchemaUnfit(path, "additionalProperties" if isinstance(properties, dict) else "properties")
    required = schema.get("required", [])
    if not isinstance(required, list):
        raise SchemaUnfit(path, "required")
    made = []
    for key in _ordered(properties, ui.get("ui:order")):
        inner, place = properties[key], f"{path}.{key}".removeprefix(".")
        if not isinstance(inner, dict):
            raise SchemaUnfit(place, repr(inner))
        hints = ui.get(key)
        made.append(
            _field(key, inner, hints if isinstance(hints, dict) else {}, place, key in required, depth)
        )
    return made


def _ordered(properties: Mapping[str, Any], order: Any) -> list[str]:
    if not isinstance(order, list):
        return list(properties)
    named = [key for key in order if key in properties]
    rest = [key for key in properties if key not in named]
    at = order.index("*") if "*" in order else len(order)
    before = [key for key in order[:at] if key in properties]
    return [*before, *rest, *(key for key in order[at + 1 :] if key in properties)]


def _only(schema: Mapping[str, Any], known: frozenset[str], path: str) -> None:
    for name in schema:
        if name not in known:
            raise SchemaUnfit(path, str(name))


def _kind(schema: Mapping[str, Any], path: str) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        named = [name for name in kind if name != "null"]
        kind = named[0] if len(named) == 1 else None
    if kind is None and isinstance(schema.get("enum"), list):
        kind = "string"
    if kind is None and "properties" in schema:
        kind = "object"
    if not isinstance(kind, str) or kind not in _WIDGETS:
        raise SchemaUnfit(path, f"type {schema.get('type')!r}")
    return kind


def _hints(ui: Mapping[str, Any], kind: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in ui.items():
        if not name.startswith("ui:"):
            continue
        local = name.removeprefix("ui:")
        if local == "options" and isinstance(value, dict):
            inner = {
                f"ui:{key}": item for key, item in value.items() if key not in ("rows", "inline", "label")
            }
            found |= _hints(inner, kind, path)
        elif local in _UI_USED:
            found[local] = value
        elif local not in _UI_IGNORED:
            raise SchemaUnfit(path, name)
    widget = found.get("widget")
    if widget is not None and widget not in _WIDGETS[kind]:
        raise SchemaUnfit(path, f"ui:widget {widget!r}")
    return found


def _field(
    key: str, schema: Mapping[str, Any], ui: Mapping[str, Any], path: str, required: bool, depth: int
) -> dict[str, Any]:
    kind = _kind(schema, path)
    hints = _hints(ui, kind, path)
    made: dict[str, Any] = {"id": f"Field_{path}", "key": key}
    made["label"] = str(hints.get("title") or schema.get("title") or key)
    description = hints.get("description") or hints.get("help") or schema.get("description")
    if description:
        made["description"] = str(description)
    if schema.get("readOnly") is True or hints.get("readonly") is True or hints.get("disabled") is True:
        made["readonly"] = True
    if kind == "object":
        made = {"type": "group", "id": made["id"], "path": key, "label": made["label"]}
        return made | {"components": _fields(schema, ui, path, depth + 1)}
    if kind == "array":
        return _list(made, schema, ui, path, depth)
    validate: dict[str, Any] = {"required": True} if required and kind != "boolean" else {}
    if kind == "string":
        _text(made, validate, schema, str(hints.get("widget") or ""), path)
    elif kind == "boolean":
        _only(schema, _EVERYWHERE, path)
        made["type"] = "checkbox"
    else:
        _only(schema, _NUMBER, path)
        made["type"] = "number"
        if kind == "integer":
            made["decimalDigits"] = 0
        validate |= {
            ours: schema[name] for name, ours in (("minimum", "min"), ("maximum", "max")) if name in schema
        }
    if schema.get("default") is not None:
        made["defaultValue"] = schema["default"]
    return made | ({"validate": validate} if validate else {})


def _text(
    made: dict[str, Any], validate: dict[str, Any], schema: Mapping[str, Any], widget: str, path: str
) -> None:
    _only(schema, _TEXT, path)
    form = schema.get("format") or _WIDGET_FORMAT.get(widget)
    choices = _choices(schema, path)
    if choices is not None:
        made |= {"type": "radio" if widget == "radio" else "select", "values": choices}
    elif form in _DATES:
        made |= {
            "type": "datetime",
            "subtype": _DATES[form],
            "dateLabel": made["label"],
            "timeLabel": made["label"],
        }
    elif form not in (None, "email", "textarea") or widget == "radio":
        raise SchemaUnfit(path, f"format {form!r}")
    else:
        made["type"] = "textarea" if widget == "textarea" or form == "textarea" else "textfield"
        if form == "email" or widget == "email":
            validate["validationType"] = "email"
    validate |= {name: schema[name] for name in ("minLength", "maxLength", "pattern") if name in schema}


def _choices(schema: Mapping[str, Any], path: str) -> list[dict[str, str]] | None:
    named = schema.get("oneOf", schema.get("anyOf"))
    if named is not None:
        if not isinstance(named, list) or not all(
            isinstance(item, dict)
            and isinstance(item.get("const"), str)
            and set(item) <= {"const", "title", "type"}
            for item in named
        ):
            raise SchemaUnfit(path, "oneOf" if "oneOf" in schema else "anyOf")
        return [{"label": str(item.get("title") or item["const"]), "value": item["const"]} for item in named]
    values = schema.get("enum")
    if values is None:
        return None
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise SchemaUnfit(path, "enum")
    labels = schema.get("enumNames")
    labels = labels if isinstance(labels, list) and len(labels) == len(values) else values
    return [{"label": str(label), "value": value} for label, value in zip(labels, values, strict=True)]


def _list(
    made: dict[str, Any], schema: Mapping[str, Any], ui: Mapping[str, Any], path: str, depth: int
) -> dict[str, Any]:
    _only(schema, _LIST, path)
    items = schema.get("items")
    if not isinstance(items, dict):
        raise SchemaUnfit(path, "items")
    if _kind(items, path) == "object":
        if schema.get("default") is not None:
            raise SchemaUnfit(path, "default")
        hints = ui.get("items")
        inner = _fields(items, hints if isinstance(hints, dict) else {}, path, depth + 1)
        listed = {"type": "dynamiclist", "id": made["id"], "path": made["key"], "label": made["label"]}
        return listed | {"allowAddRemove": True, "defaultRepetitions": 0, "components": inner}
    choices = _choices(items, path)
    if choices is None or schema.get("uniqueItems") is not True:
        raise SchemaUnfit(path, f"items of type {items.get('type')!r}")
    made |= {"type": "checklist", "values": choices}
    return made | ({"defaultValue": schema["default"]} if schema.get("default") is not None else {})
