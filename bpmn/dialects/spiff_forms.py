"""Forms and instructions of SpiffArena's user tasks as form-js definitions.

Instructions are Markdown with Jinja: a plain variable (`{{ order.price }}`) means the same here, everything else of
Jinja is refused with its text.
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from bpmn.dialects.extras import Extras
from bpmn.forms.rjsf import SchemaUnfit, from_json_schema

SCHEMA, UI, INSTRUCTIONS = "formJsonSchemaFilename", "formUiSchemaFilename", "instructionsForEndUser"
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.S)
_PLAIN = re.compile(r"\{\{-?\s*[^\W\d]\w*(\.[^\W\d]\w*)*\s*-?\}\}")


class FormUnfit(ValueError):
    """A form cannot be made; the reason in both languages."""

    def __init__(self, ru: str, en: str) -> None:
        super().__init__(en)
        self.ru, self.en = ru, en


def has_form(extras: Extras) -> bool:
    """Tell whether a task has a form or instructions in this dialect."""
    return extras.get(SCHEMA) is not None or extras.get(INSTRUCTIONS) is not None


def form_of(extras: Extras, files: Mapping[str, bytes], diagram: str) -> dict[str, Any]:
    """Return the form-js definition of a task; files are looked for beside *diagram*, then anywhere.

    Raises:
        FormUnfit: a file is missing or not JSON, or the schema or the instructions say what cannot be done here.
    """
    form: dict[str, Any] = {"type": "default", "schemaVersion": 18, "components": []}
    if (name := extras.get(SCHEMA)) is not None:
        ui_name = extras.get(UI)
        ui = _json(ui_name, files, diagram) if ui_name else None
        try:
            form = from_json_schema(_json(name, files, diagram), ui)
        except SchemaUnfit as error:
            raise FormUnfit(f"{name}: {error.message('ru')}", f"{name}: {error.message('en')}") from error
    if (text := extras.get(INSTRUCTIONS)) is not None:
        shown = {"type": "text", "id": "Text_instructions", "text": _markdown(text)}
        form["components"] = [shown, *form["components"]]
    return form


def _json(name: str, files: Mapping[str, bytes], diagram: str) -> Any:
    beside = diagram.rpartition("/")[0]
    paths = [
        f"{beside}/{name}".removeprefix("/"),
        *(path for path in sorted(files) if path.endswith("/" + name)),
    ]
    found = next((files[path] for path in paths if path in files), None)
    if found is None:
        raise FormUnfit(f"файла формы {name} нет в папке", f"the folder has no form file {name}")
    try:
        return orjson.loads(found)
    except orjson.JSONDecodeError as error:
        raise FormUnfit(f"файл {name} — не JSON: {error}", f"the file {name} is not JSON: {error}") from error


def _markdown(text: str) -> str:
    for tag in _TAG.findall(text):
        if not _PLAIN.fullmatch(tag):
            shown = " ".join(tag.split())[:60]
            raise FormUnfit(
                f"инструкция: «{shown}» здесь не вычисляется, пишите {{{{имя}}}} или вычислите переменную раньше",
                f"the instructions: {shown!r} is not computed here, write {{{{name}}}} or compute a variable before",
            )
    return _TAG.sub(lambda tag: "{{" + tag[0].strip("{}- \n\t") + "}}", text)
