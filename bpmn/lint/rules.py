"""Every rule of deployment: a rule is a function over one file as it was read.

What the engine cannot execute as BPMN 2.0 says is an error here, with the element named; nothing is accepted and
silently wrong.  What a person probably did not mean is a warning.
"""

from collections.abc import Callable, Iterator

from bpmn.lint import activities, data, dialect, events, flows, literals, markup, soundness, structure, vendor
from bpmn.lint.problem import Problem
from bpmn.spiff.reader import Reader

Rule = Callable[[Reader], Iterator[Problem]]
RULES: tuple[Rule, ...] = (
    *structure.RULES,
    *flows.RULES,
    *events.RULES,
    *activities.RULES,
    *dialect.RULES,
    *vendor.RULES,
    *literals.RULES,
    *data.RULES,
    *markup.RULES,
    *soundness.RULES,
)


def check(reader: Reader) -> list[Problem]:
    """Return what the rules find in one file, drawings included only as far as they are executable."""
    return [problem for rule in RULES for problem in rule(reader)]
