"""Every rule of deployment: a rule is a function over what was read."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from bpmn.lint.problem import Problem

if TYPE_CHECKING:
    from bpmn.spiff.reader import Reader

Rule = Callable[["Reader"], Iterator[Problem]]
RULES: list[Rule] = []


def rule(function: Rule) -> Rule:
    """Register a rule."""
    RULES.append(function)
    return function


def check(reader: "Reader") -> list[Problem]:
    """Return what the rules find in one file."""
    return [problem for function in RULES for problem in function(reader)]
