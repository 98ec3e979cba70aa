"""How a built-in function is declared, and how arguments find their overload.

A declaration is written as the standard writes it::

    @builtin("substring(string: string, start position: number, length?: number)")

``?`` after a name: the argument may be left out.  ``|null`` after a type: null is an argument like
another; otherwise a null argument makes the result null.  ``...`` after a name: one list, or its items as
arguments.  A value that stands for a list of one, and a list of one that stands for its item, are converted
(DMN 1.5 §10.3.2.9.4).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from bpmn.feel.state import State
from bpmn.feel.values import FeelFunction, Range, YearsMonths, type_name
from bpmn.feel.wide import Wide, narrow

_HEAD = re.compile(r"([^(]+)\((.*)\)")
_PARAMETER = re.compile(r"([^:?.]+)(\?|\.\.\.)?: *([a-z ]+)(\|null)?")

#: What a coercion returns for a value that does not fit.
UNFIT: Any = object()

Implementation = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter."""

    name: str
    coerce: Callable[[Any], Any]
    optional: bool
    variadic: bool


@dataclass(frozen=True, slots=True)
class Overload:
    """One declared list of parameters and the code behind it."""

    parameters: tuple[Parameter, ...]
    implementation: Implementation
    required: int

    @property
    def variadic(self) -> bool:
        """Whether the first parameter takes one list or its items."""
        return self.parameters[:1] != () and self.parameters[0].variadic

    def takes(self, count: int) -> bool:
        """Tell whether *count* arguments by position fit."""
        return self.required <= count <= len(self.parameters)


class Builtin:
    """A built-in function: its name and its overloads in the order in which they are tried."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.overloads: list[Overload] = []

    def bind(self, count: int) -> Callable[[State, list[Any]], Any]:
        """Return what calls the function with *count* arguments by position."""
        fitting = [overload for overload in self.overloads if not overload.variadic and overload.takes(count)]
        gathering = [overload for overload in self.overloads if overload.variadic]

        def call(state: State, arguments: list[Any]) -> Any:
            candidates = fitting
            if gathering and count:
                if count > 1 or not isinstance(arguments[0], list):
                    arguments = [arguments]
                candidates = gathering
            return self._first_fit(state, candidates, arguments, count)

        return call

    def bind_names(self, names: Sequence[str]) -> Callable[[State, list[Any]], Any]:
        """Return what calls the function with one argument for each of *names*."""
        given = set(names)
        plans: list[tuple[Overload, list[int | None]]] = []
        for overload in self.overloads:
            known = [parameter.name for parameter in overload.parameters]
            required = {parameter.name for parameter in overload.parameters if not parameter.optional}
            if given <= set(known) and required <= given and len(given) == len(names):
                plans.append((overload, [names.index(name) if name in given else None for name in known]))

        def call(state: State, arguments: list[Any]) -> Any:
            for overload, order in plans:
                placed = [None if index is None else arguments[index] for index in order]
                fit = self._fit(overload, placed, order)
                if fit is not None:
                    return overload.implementation(state, *fit)
            if not plans:
                return state.null("function.names", name=self.name, names=", ".join(names))
            return self._unfit(
                state, plans[0][0], [arguments[index] for index in plans[0][1] if index is not None]
            )

        return call

    def call(self, state: State, arguments: list[Any]) -> Any:
        """Call the function with arguments by position."""
        return self.bind(len(arguments))(state, arguments)

    def as_value(self) -> FeelFunction:
        """Return the function as a value: what its bare name means."""
        names = [parameter.name for parameter in self.overloads[0].parameters]
        return FeelFunction(self.name, names, self.call, variadic=True)

    def _first_fit(self, state: State, candidates: list[Overload], arguments: list[Any], count: int) -> Any:
        for overload in candidates:
            fit = self._fit(overload, arguments)
            if fit is not None:
                return overload.implementation(state, *fit)
        if not candidates:
            return state.null("function.count", name=self.name, count=count)
        return self._unfit(state, candidates[0], arguments)

    @staticmethod
    def _fit(
        overload: Overload, arguments: list[Any], order: list[int | None] | None = None
    ) -> list[Any] | None:
        fit: list[Any] = []
        for index, (parameter, argument) in enumerate(zip(overload.parameters, arguments, strict=False)):
            if order is not None and order[index] is None:
                break  # only the last parameter is ever optional: its default holds
            value = parameter.coerce(argument)
            if value is UNFIT:
                return None
            fit.append(value)
        return fit

    def _unfit(self, state: State, overload: Overload, arguments: list[Any]) -> None:
        for parameter, argument in zip(overload.parameters, arguments, strict=False):
            if parameter.coerce(argument) is UNFIT:
                kind = type_name(argument)
                return state.null("function.argument", name=self.name, parameter=parameter.name, type=kind)
        return state.null("function.value", name=self.name)


class OpenBuiltin(Builtin):
    """A built-in function that takes any number of arguments by position: ``append``, ``concatenate``."""

    def __init__(self, name: str, least: int, implementation: Implementation) -> None:
        super().__init__(name)
        self._least = least
        self._implementation = implementation
        self.overloads.append(_declared("list: list", implementation))

    def bind(self, count: int) -> Callable[[State, list[Any]], Any]:
        """Return what calls the function with *count* arguments by position."""
        if count < self._least:
            return lambda state, arguments: state.null("function.count", name=self.name, count=count)
        return lambda state, arguments: self._implementation(state, *arguments)


#: Every built-in function by name.
BUILTINS: dict[str, Builtin] = {}


def builtin(*declarations: str) -> Callable[[Implementation], Implementation]:
    """Declare the function below under each of *declarations*; overloads are tried in this order."""

    def declare(implementation: Implementation) -> Implementation:
        for declaration in declarations:
            head = _HEAD.fullmatch(declaration)
            if head is None:
                raise ValueError(f"not a declaration: {declaration!r}")
            name, parameters = head.groups()
            BUILTINS.setdefault(name, Builtin(name)).overloads.append(_declared(parameters, implementation))
        return implementation

    return declare


def builtin_of_any_count(name: str, least: int) -> Callable[[Implementation], Implementation]:
    """Declare the function below as *name*; it takes *least* or more arguments of any type."""

    def declare(implementation: Implementation) -> Implementation:
        BUILTINS[name] = OpenBuiltin(name, least, implementation)
        return implementation

    return declare


def _declared(parameters: str, implementation: Implementation) -> Overload:
    declared = tuple(_parameter(text.strip()) for text in parameters.split(",") if text.strip())
    return Overload(declared, implementation, sum(not parameter.optional for parameter in declared))


def _parameter(text: str) -> Parameter:
    match = _PARAMETER.fullmatch(text)
    if match is None:
        raise ValueError(f"not a parameter: {text!r}")
    name, mark, kind, nullable = match.groups()
    coerce = _COERCIONS[kind]
    return Parameter(name.strip(), _nullable(coerce) if nullable else coerce, mark == "?", mark == "...")


def _nullable(coerce: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else coerce(value)


def _one_of(*kinds: type) -> Callable[[Any], Any]:
    def coerce(value: Any) -> Any:
        if type(value) is list and len(value) == 1:
            value = value[0]
        return value if isinstance(value, kinds) else UNFIT

    return coerce


def _near(coerce: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Cut dates and times to what Python's types hold; they do not fit when their year does not."""

    def narrowed(value: Any) -> Any:
        if type(value) is list and len(value) == 1:
            value = value[0]
        return coerce(narrow(value) if isinstance(value, Wide) else value)

    return narrowed


def _of_type(*names: str) -> Callable[[Any], Any]:
    def coerce(value: Any) -> Any:
        if type(value) is list and len(value) == 1:
            value = value[0]
        return value if type_name(value) in names else UNFIT

    return coerce


def _as_list(value: Any) -> Any:
    if isinstance(value, list):
        return value
    return UNFIT if value is None else [value]


def _as_items(value: Any) -> Any:
    return value if isinstance(value, list) else UNFIT


_COERCIONS: dict[str, Callable[[Any], Any]] = {
    "any": lambda value: value,
    "string": _one_of(str),
    "number": _one_of(Decimal),
    "boolean": _one_of(bool),
    "context": _one_of(dict),
    "day": _near(_one_of(date)),
    "date and time": _near(_one_of(datetime)),
    "wide day": _of_type("date", "date and time"),
    "wide time": _of_type("time"),
    "duration": _one_of(timedelta, YearsMonths),
    "months": _one_of(YearsMonths),
    "function": _one_of(FeelFunction),
    "range": _one_of(Range),
    "point": _one_of(Decimal, str, date, time, timedelta, YearsMonths, Wide),
    "list": _as_list,
    "items": _as_items,
}
