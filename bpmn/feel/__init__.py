"""FEEL of DMN 1.5: parsed once to Python closures, evaluated in process within limits.

What is wrong in a value never raises: it gives null, and ``Expression.run`` says why.
Only texts that are not FEEL and expressions that exceed their limits are errors.
"""

from bpmn.feel import juel
from bpmn.feel.errors import FeelError, FeelLimitError, FeelSyntaxError, Reason
from bpmn.feel.expression import Expression, Result, compile, evaluate
from bpmn.feel.names import is_plain
from bpmn.feel.state import DEFAULT_LIMITS, Limits
from bpmn.feel.text import to_string
from bpmn.feel.values import FeelFunction, Range, YearsMonths, host_function, to_feel, to_variable, type_name

__all__ = [
    "DEFAULT_LIMITS",
    "Expression",
    "FeelError",
    "FeelFunction",
    "FeelLimitError",
    "FeelSyntaxError",
    "Limits",
    "Range",
    "Reason",
    "Result",
    "YearsMonths",
    "compile",
    "evaluate",
    "host_function",
    "is_plain",
    "juel",
    "to_feel",
    "to_string",
    "to_variable",
    "type_name",
]
