"""Convert `camunda:formData` of a user task or start event to a form-js definition.

Types string, long, date, boolean and enum; constraints required, readonly,
min, max, minlength, maxlength (Camunda 7 manual, "Generated Task Forms").
The fields keep their order and ids; an unknown type becomes a text field.
"""

from typing import Any

from lxml import etree

_TYPES = {"long": "number", "date": "datetime", "boolean": "checkbox", "enum": "select"}
_LIMITS = {"min": "min", "max": "max", "minlength": "minLength", "maxlength": "maxLength"}


def from_form_data(element: "etree._Element") -> dict[str, Any]:
    """Return the form-js definition of a `formData` element of any of the Camunda-like namespaces."""
    fields = [child for child in element if _local(child) == "formField"]
    return {"type": "default", "schemaVersion": 18, "components": [_component(field) for field in fields]}


def _local(element: "etree._Element") -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _component(field: "etree._Element") -> dict[str, Any]:
    kind = _TYPES.get(field.get("type", "string"), "textfield")
    key = field.get("id", "")
    component: dict[str, Any] = {
        "type": kind,
        "id": f"Field_{key}",
        "key": key,
        "label": field.get("label") or key,
    }
    if kind == "number":
        component["decimalDigits"] = 0
    if kind == "datetime":
        component |= {"subtype": "date", "dateLabel": component["label"]}
    if kind == "select":
        component["values"] = [
            {"label": value.get("name") or value.get("id"), "value": value.get("id")}
            for value in field
            if _local(value) == "value" and value.get("id")
        ]
    if (default := field.get("defaultValue")) is not None:
        component |= _default(kind, default)
    validate = _validation(field, component)
    return component | ({"validate": validate} if validate else {})


def _default(kind: str, text: str) -> dict[str, Any]:
    if kind == "checkbox":
        return {"defaultValue": text.strip().lower() == "true"}
    if kind == "number":
        digits = text.strip().removeprefix("-")
        return {"defaultValue": int(text)} if digits.isascii() and digits.isdigit() else {}
    return {"defaultValue": text}


def _validation(field: "etree._Element", component: dict[str, Any]) -> dict[str, Any]:
    validate: dict[str, Any] = {}
    for constraint in field.iter():
        if _local(constraint) != "constraint":
            continue
        name, config = constraint.get("name", ""), constraint.get("config", "")
        if name == "required" and config != "false":
            validate["required"] = True
        elif name == "readonly" and config != "false":
            component["readonly"] = True
        elif name in _LIMITS and config.strip().lstrip("-").isdigit():
            validate[_LIMITS[name]] = int(config)
    if field.get("type") not in ("boolean",):
        return validate
    validate.pop("required", None)  # in Camunda 7 a required boolean must be present, not true
    return validate
