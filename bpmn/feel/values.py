"""The values of FEEL as Python values, and the way between them and variables.

=========================  ====================================================
FEEL                       Python
=========================  ====================================================
number                     ``Decimal`` of at most 34 digits, always finite
string, boolean, null      ``str``, ``bool``, ``None``
date                       ``datetime.date`` (and not ``datetime``)
time                       ``datetime.time``; naive when it has no zone
date and time              ``datetime.datetime``; naive when it has no zone
days and time duration     ``datetime.timedelta``
years and months duration  ``YearsMonths``
list, context              ``list``, ``dict`` with string keys
range, function            ``Range``, ``FeelFunction``
=========================  ====================================================

A zone is ``datetime.timezone.utc`` (written Z), another fixed ``timezone``, or a ``ZoneInfo``
(written @Area/City).  Naive ("local") times exist inside FEEL only: variables are
aware, so the caller names the zone that local date-times get on the way out.
A year outside 1 to 9999 or a fraction finer than microseconds makes it a ``Wide``: the
fraction is cut on the way out, and a year that no variable can hold stays a value of FEEL only.
"""

import decimal
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from bpmn.feel.errors import FeelError
from bpmn.feel.wide import Wide, narrow

#: IEEE 754-2008 decimal128, as DMN 1.5 §10.3.2.3.1 asks.
DECIMAL128 = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[decimal.Overflow, decimal.InvalidOperation, decimal.DivisionByZero],
)

#: Integral numbers below this become ``int`` variables (they are exact in JSON and JavaScript).
MAX_INTEGER = 2**53

_MAX_NESTING = 100
_SMALL = 10**30


@functools.total_ordering
@dataclass(frozen=True, slots=True)
class YearsMonths:
    """A years and months duration: a number of months, negative when it points back."""

    total_months: int

    @property
    def years(self) -> int:
        """Whole years, with the sign of the duration."""
        years = abs(self.total_months) // 12
        return years if self.total_months >= 0 else -years

    @property
    def months(self) -> int:
        """Months beyond the whole years, with the sign of the duration."""
        return self.total_months - self.years * 12

    def __lt__(self, other: "YearsMonths") -> bool:
        return self.total_months < other.total_months

    def __neg__(self) -> "YearsMonths":
        return YearsMonths(-self.total_months)


@dataclass(frozen=True, slots=True)
class Range:
    """A range; None as an endpoint means unbounded.  *operator* is that of ``(< x)``, ``(!= x)`` and so on."""

    start: Any
    end: Any
    start_included: bool = True
    end_included: bool = True
    operator: str = ""

    @property
    def negated(self) -> bool:
        """Whether this is ``(!= x)``: everything but its endpoint."""
        return self.operator == "!="


class FeelFunction:
    """A function value: user defined, built in or of the host.

    ``call(state, arguments)`` gets the running evaluation and FEEL values in the order of ``parameters``.
    """

    __slots__ = ("call", "name", "parameter_types", "parameters", "result_type", "variadic")

    def __init__(
        self,
        name: str,
        parameters: Sequence[str],
        call: Callable[[Any, list[Any]], Any],
        *,
        parameter_types: Sequence[Any] = (),
        result_type: Any = None,
        variadic: bool = False,
    ) -> None:
        self.name = name
        self.parameters = tuple(parameters)
        self.call = call
        self.parameter_types = tuple(parameter_types)
        self.result_type = result_type
        self.variadic = variadic

    def __repr__(self) -> str:
        return f"FeelFunction({self.name}({', '.join(self.parameters)}))"


def number(value: int | float | Decimal) -> Decimal | None:
    """Return *value* as a FEEL number rounded to 34 digits; None when it is not finite or too large."""
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite():
        return None
    try:
        return DECIMAL128.plus(exact)
    except decimal.DecimalException:
        return None


def to_feel(value: Any) -> Any:
    """Return the FEEL value of a Python value; containers are copied only when something in them changes.

    Raises:
        FeelError: the type (or a key that is not a string, or nesting beyond 100 levels) has no FEEL meaning.
    """
    kind = type(value)
    if kind in _ALREADY:
        return value
    return _convert(value, 0)


_ALREADY = frozenset(
    {type(None), bool, str, date, time, datetime, timedelta, YearsMonths, Range, FeelFunction, Wide}
)


def _convert(value: Any, depth: int) -> Any:
    kind = type(value)
    if kind in _ALREADY:
        return value
    if kind is int and -_SMALL < value < _SMALL:
        return Decimal(value)
    if kind is Decimal or kind is int or kind is float:
        return number(value)
    if depth > _MAX_NESTING:
        raise FeelError("feel.limit.nesting", limit=_MAX_NESTING)
    if isinstance(value, Mapping):
        return _convert_mapping(value, depth)
    if isinstance(value, list | tuple | set | frozenset):
        converted = [_convert(item, depth + 1) for item in value]
        if kind is list and all(map(_same, converted, value)):
            return value
        return converted
    if isinstance(value, bool | str | datetime | date | time | timedelta):
        return value  # a subclass, for example an enumeration of strings
    if isinstance(value, int | float | Decimal):
        return number(value)
    if callable(value):
        return host_function(getattr(value, "__name__", "function"), value)
    raise FeelError("feel.value", type=kind.__name__)


def _convert_mapping(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    converted: dict[str, Any] = {}
    changed = type(value) is not dict
    for key, item in value.items():
        if not isinstance(key, str):
            raise FeelError("feel.value", type=f"{type(key).__name__} (key)")
        converted[key] = inner = _convert(item, depth + 1)
        changed = changed or inner is not item
    if not changed and isinstance(value, dict):
        return value
    return converted


def _same(left: Any, right: Any) -> bool:
    return left is right


def to_variable(value: Any, *, zone: tzinfo | None = None) -> Any:
    """Return the variable of a FEEL value: integral numbers below 2**53 become ``int``, tuples lists.

    Local date-times get *zone* when it is given and stay naive otherwise.  Ranges, functions and years beyond 9999
    stay what they are: they are values of FEEL only, and storing them is the caller's decision.
    """
    kind = type(value)
    if kind is Decimal:
        if value == value.to_integral_value() and abs(value) < MAX_INTEGER:
            return int(value)
        return value
    if kind is list:
        return [to_variable(item, zone=zone) for item in value]
    if kind is dict:
        return {key: to_variable(item, zone=zone) for key, item in value.items()}
    if kind is Wide:
        near = narrow(value)
        return value if near is None else to_variable(near, zone=zone)
    if zone is not None and kind is datetime and value.tzinfo is None:
        return value.replace(tzinfo=zone)
    return value


def host_function(name: str, function: Callable[..., Any], parameters: Sequence[str] = ()) -> FeelFunction:
    """Return a FEEL function that calls Python code with variables and takes a variable back.

    A ``ValueError``, ``TypeError``, ``LookupError`` or ``ArithmeticError`` of the code becomes null with a reason.
    """

    def call(state: Any, arguments: list[Any]) -> Any:
        try:
            return to_feel(function(*[to_variable(argument) for argument in arguments]))
        except (ValueError, TypeError, LookupError, ArithmeticError) as problem:
            return state.null("function.failed", name=name, problem=problem)

    return FeelFunction(name, parameters, call, variadic=not parameters)


def type_name(value: Any) -> str:
    """Return the FEEL name of the type of a FEEL value (DMN 1.5 §10.3.2.9)."""
    if value is None:
        return "null"
    if isinstance(value, Wide):
        return value.kind
    for kind, name in _TYPE_NAMES:
        if isinstance(value, kind):
            return name
    return type(value).__name__


_TYPE_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (Decimal, "number"),
    (str, "string"),
    (datetime, "date and time"),
    (date, "date"),
    (time, "time"),
    (timedelta, "days and time duration"),
    (YearsMonths, "years and months duration"),
    (list, "list"),
    (dict, "context"),
    (Range, "range"),
    (FeelFunction, "function"),
)
