"""The built-in functions of DMN 1.5 §10.3.4, one module for each of its tables, and a few extensions."""

from bpmn.feel.builtins import (
    contexts,
    conversion,
    extensions,
    lists,
    numbers,
    ranges,
    strings,
    temporal,
)
from bpmn.feel.builtins.registry import BUILTINS, Builtin

__all__ = [
    "BUILTINS",
    "Builtin",
    "contexts",
    "conversion",
    "extensions",
    "lists",
    "numbers",
    "ranges",
    "strings",
    "temporal",
]
