"""YAML and JSON as plain values that know their lines.

Nothing but plain data is made; a document is limited in size, depth and in what its anchors multiply it to.
"""

import json
import math
from datetime import UTC, date, datetime
from typing import Any

import yaml

from bpmn.scenarios.model import ScenarioUnreadable

MAX_BYTES = 1_000_000
MAX_VALUES = 100_000
MAX_DEPTH = 60
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN = (str, int, float, bool, date, datetime, type(None))


class Located(dict[str, Any]):
    """A mapping that knows the line of each of its keys and its own."""

    def __init__(self, line: int | None = None) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int | None] = {}

    def line_of(self, key: str) -> int | None:
        """Return the line of a key, else that of the mapping."""
        return self.lines.get(key) or self.line


class LocatedList(list[Any]):
    """A list that knows the line of each of its items."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int | None] = []


def read_document(file: str, content: bytes) -> Any:
    """Return the value of a YAML or JSON file; mappings are `Located`, lists `LocatedList`.

    Raises:
        ScenarioUnreadable: neither, or beyond the limits.
    """
    if len(content) > MAX_BYTES:
        raise ScenarioUnreadable(
            file, None, f"файл больше {MAX_BYTES} байт", f"the file exceeds {MAX_BYTES} bytes"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ScenarioUnreadable(file, None, "файл не в UTF-8", "the file is not in UTF-8") from None
    if text.lstrip()[:1] == "{":
        return _read_json(file, text)
    return _Reader(file).read(text)


def _read_json(file: str, text: str) -> Any:
    try:
        return _located(json.loads(text), 0, file)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        why = getattr(error, "msg", None) or "too deep"
        raise ScenarioUnreadable(file, line, f"это не JSON: {why}", f"this is no JSON: {why}") from None


def _located(value: Any, depth: int, file: str) -> Any:
    if depth > MAX_DEPTH:
        raise ScenarioUnreadable(file, None, "слишком глубокая вложенность", "nested too deeply")
    if isinstance(value, dict):
        found = Located()
        found.update({key: _located(item, depth + 1, file) for key, item in value.items()})
        return found
    if isinstance(value, list):
        items = LocatedList()
        items.extend(_located(item, depth + 1, file) for item in value)
        items.lines.extend(None for _ in value)
        return items
    return value


class _Reader:
    """Makes values of YAML's nodes, each counted."""

    def __init__(self, file: str) -> None:
        self.file, self.left = file, MAX_VALUES

    def read(self, text: str) -> Any:
        loader = None
        try:
            loader = _LOADER(text)
            node = loader.get_single_node()
            return self.value(node, loader, 0) if node is not None else None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            why = error.problem or error.context or "?"
            line = mark.line + 1 if mark is not None else None
            raise ScenarioUnreadable(
                self.file, line, f"это не YAML: {why}", f"this is no YAML: {why}"
            ) from None
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            why = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ScenarioUnreadable(
                self.file, None, f"это не YAML: {why}", f"this is no YAML: {why}"
            ) from None
        finally:
            if loader is not None:
                loader.dispose()

    def value(self, node: yaml.Node, loader: Any, depth: int) -> Any:
        line = node.start_mark.line + 1
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            raise ScenarioUnreadable(
                self.file, line, "документ слишком велик или глубок", "the document is too large or too deep"
            )
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, loader, depth)
        if isinstance(node, yaml.SequenceNode):
            items = LocatedList()
            for item in node.value:
                items.append(self.value(item, loader, depth + 1))
                items.lines.append(item.start_mark.line + 1)
            return items
        found = loader.construct_object(node)
        if not isinstance(found, _PLAIN) or (isinstance(found, float) and not math.isfinite(found)):
            raise ScenarioUnreadable(
                self.file, line, f"значение {node.tag} не годится", f"a value {node.tag} has no place here"
            )
        if isinstance(found, datetime) and found.tzinfo is not None:
            return found.astimezone(UTC)
        return found

    def mapping(self, node: yaml.MappingNode, loader: Any, depth: int) -> Located:
        found = Located(node.start_mark.line + 1)
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag.endswith(":merge"):
                raise ScenarioUnreadable(
                    self.file, line, "имя ключа должно быть текстом", "the name of a key must be text"
                )
            key = key_node.value
            if key in found:
                raise ScenarioUnreadable(
                    self.file, line, f"ключ «{key}» повторяется", f"the key {key!r} is there twice"
                )
            found[key] = self.value(value_node, loader, depth + 1)
            found.lines[key] = line
        return found
