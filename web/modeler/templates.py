"""Handlers as element templates for the desktop Camunda Modeler (Camunda 7).

The file is put into its `resources/element-templates` folder; a template writes what our own panel writes.
"""

from collections.abc import Iterable
from typing import Any

SCHEMA = "https://unpkg.com/@camunda/element-templates-json-schema/resources/schema.json"


def of(catalogue: Iterable[dict[str, Any]], language: str) -> list[dict[str, Any]]:
    """Return one template per handler of `Registry.catalogue`."""
    return [_template(handler, language) for handler in catalogue]


def _template(handler: dict[str, Any], language: str) -> dict[str, Any]:
    return {
        "$schema": SCHEMA,
        "id": f"marshrut.{handler['name']}",
        "name": handler["title"][language] or handler["name"],
        "description": handler["description"][language],
        "appliesTo": ["bpmn:ServiceTask", "bpmn:SendTask"],
        "properties": [
            _fixed("camunda:type", "external"),
            _fixed("camunda:topic", handler["name"]),
            *(_parameter(parameter, language) for parameter in handler["parameters"]),
        ],
    }


def _fixed(name: str, value: str) -> dict[str, Any]:
    return {"type": "Hidden", "value": value, "binding": {"type": "property", "name": name}}


def _parameter(parameter: dict[str, Any], language: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "label": parameter["name"],
        "description": parameter["description"][language],
        "type": "String",
        "binding": {"type": "camunda:inputParameter", "name": parameter["name"]},
    }
    if parameter["choices"]:
        made["type"] = "Dropdown"
        made["choices"] = [{"name": str(one), "value": str(one)} for one in parameter["choices"]]
    if parameter["required"]:
        made["constraints"] = {"notEmpty": True}
    elif isinstance(parameter["default"], (str, int)) and not isinstance(parameter["default"], bool):
        made["value"] = str(parameter["default"])
    return made
