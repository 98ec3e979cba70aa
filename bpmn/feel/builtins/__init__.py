"""The built-in functions of DMN 1.5 §10.3.4, one module for each of its tables."""

from bpmn.feel.builtins import contexts, conversion, lists, numbers, ranges, strings, temporal
from bpmn.feel.builtins.registry import BUILTINS, Builtin

__all__ = [
    "BUILTINS",
    "Builtin",
    "contexts",
    "conversion",
    "lists",
    "numbers",
    "ranges",
    "strings",
    "temporal",
]
