"""Types of a model: which values conform to them, and the conversions of DMN 1.5 §10.3.2.9.4.

Numbers may be ``int``, ``float`` or ``Decimal``: the same types serve variables and FEEL values.
Null conforms to every type.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from bpmn import feel
from bpmn.dmn.errors import DmnError
from bpmn.dmn.model import FunctionType, ItemDefinition

_MAX_ALIASES = 100


class Type:
    """A type called `name`; the base class accepts every value."""

    is_list = False
    is_moment = False

    def __init__(self, name: str = "Any") -> None:
        self.name = name

    def conforms(self, value: Any) -> bool:
        """Tell whether *value* is of this type without conversion."""
        return True

    def is_instance(self, value: Any) -> bool:
        """Tell what ``instance of`` tells: null is of no type, every component must be there, allowed values
        do not count (DMN 1.5 §10.3.2.9.3)."""
        return value is not None

    def names(self, seen: set[int]) -> set[str]:
        """Return the names of components that paths over this type may use."""
        return set()

    def describe(self, inside: frozenset[int] = frozenset()) -> str:
        """Return the type in FEEL's notation, as ``instance of`` understands it."""
        return "Any"


ANY = Type()


class Base(Type):
    """A type of FEEL itself."""

    def __init__(self, name: str, accepts: Callable[[Any], bool], *, is_moment: bool = False) -> None:
        super().__init__(name)
        self._accepts, self.is_moment = accepts, is_moment

    def conforms(self, value: Any) -> bool:
        return value is None or self._accepts(value)

    def is_instance(self, value: Any) -> bool:
        return value is not None and self._accepts(value)

    def describe(self, inside: frozenset[int] = frozenset()) -> str:
        return {"list": "list<Any>", "context": "context<>", "function": "function<>->Any"}.get(
            self.name, self.name
        )


class ListOf(Type):
    """A list of values of one type."""

    is_list = True

    def __init__(self, name: str, element: Type) -> None:
        super().__init__(name)
        self.element = element

    def conforms(self, value: Any) -> bool:
        return value is None or (isinstance(value, list) and all(map(self.element.conforms, value)))

    def is_instance(self, value: Any) -> bool:
        fits = self.element.is_instance
        return isinstance(value, list) and all(item is None or fits(item) for item in value)

    def names(self, seen: set[int]) -> set[str]:
        return self.element.names(seen)

    def describe(self, inside: frozenset[int] = frozenset()) -> str:
        return f"list<{self.element.describe(inside)}>"


class Structure(Type):
    """A context with typed components; a missing component is null, further entries are allowed."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.components: dict[str, Type] = {}

    def conforms(self, value: Any) -> bool:
        if value is None:
            return True
        if not isinstance(value, Mapping):
            return False
        return all(kind.conforms(value.get(name)) for name, kind in self.components.items())

    def is_instance(self, value: Any) -> bool:
        return isinstance(value, Mapping) and all(
            name in value and (value[name] is None or kind.is_instance(value[name]))
            for name, kind in self.components.items()
        )

    def names(self, seen: set[int]) -> set[str]:
        if id(self) in seen:
            return set()
        seen.add(id(self))
        return set(self.components).union(*(kind.names(seen) for kind in self.components.values()))

    def describe(self, inside: frozenset[int] = frozenset()) -> str:
        if id(self) in inside:
            return "Any"  # a structure that contains itself
        inside |= {id(self)}
        parts = [f"{name}: {kind.describe(inside)}" for name, kind in self.components.items()]
        return f"context<{', '.join(parts)}>"


class FunctionOf(Type):
    """A function type; functions are checked when they are called."""

    def __init__(self, name: str, parameters: list[Type], result: Type) -> None:
        super().__init__(name)
        self._parameters, self._result = parameters, result

    def conforms(self, value: Any) -> bool:
        return value is None or isinstance(value, feel.FeelFunction)

    def is_instance(self, value: Any) -> bool:
        if not isinstance(value, feel.FeelFunction):
            return False
        try:
            return feel.compile(f"f instance of {self.describe()}").evaluate({"f": value}) is True
        except feel.FeelError:
            return False

    def describe(self, inside: frozenset[int] = frozenset()) -> str:
        return f"function<{', '.join(kind.describe(inside) for kind in self._parameters)}>->{self._result.describe(inside)}"


class Restricted(Type):
    """A type with allowed values: unary tests that each value must pass."""

    def __init__(self, name: str, base: Type, tests: Any) -> None:
        super().__init__(name)
        self.base, self.tests = base, tests
        self.is_list, self.is_moment = base.is_list, base.is_moment

    def conforms(self, value: Any) -> bool:
        if value is None:
            return True
        return self.base.conforms(value) and self.tests.test(value, {}) is True

    def is_instance(self, value: Any) -> bool:
        return self.base.is_instance(value)

    def names(self, seen: set[int]) -> set[str]:
        return self.base.names(seen)

    def describe(self, inside: frozenset[int] = frozenset()) -> str:
        return self.base.describe(inside)


def convert(value: Any, kind: Type) -> tuple[Any, bool]:
    """Return *value* as *kind* and whether it could be: to and from a list of one, date to midnight in UTC."""
    if kind is ANY or kind.conforms(value):
        return value, True
    if kind.is_list:
        if not isinstance(value, list) and kind.conforms([value]):
            return [value], True
        return None, False
    if isinstance(value, list) and len(value) == 1 and kind.conforms(value[0]):
        return value[0], True
    if kind.is_moment and isinstance(value, date) and not isinstance(value, datetime):
        midnight = datetime.combine(value, time(), tzinfo=UTC)
        if kind.conforms(midnight):
            return midnight, True
    return None, False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _is_integer(value: Any) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and value == value.to_integral_value()
    return value.is_integer() if isinstance(value, float) else _is_number(value)


def _temporal(name: str, *, is_moment: bool = False) -> Base:
    """Return a type whose values FEEL itself tells: it has several classes for some."""
    return Base(name, lambda value: feel.type_name(value) == name, is_moment=is_moment)


_NUMBER = Base("number", _is_number)
_INTEGER = Base("number", _is_integer)
_MOMENT = _temporal("date and time", is_moment=True)
_DURATION = _temporal("days and time duration")
_MONTHS = _temporal("years and months duration")

#: FEEL's types by all the names that DMN versions and modelling tools give them.
BASE_TYPES: dict[str, Type] = {
    "Any": ANY,
    "any": ANY,
    "number": _NUMBER,
    "double": _NUMBER,
    "decimal": _NUMBER,
    "float": _NUMBER,
    "integer": _INTEGER,
    "long": _INTEGER,
    "int": _INTEGER,
    "string": Base("string", lambda value: isinstance(value, str)),
    "boolean": Base("boolean", lambda value: isinstance(value, bool)),
    "date": _temporal("date"),
    "time": _temporal("time"),
    "dateTime": _MOMENT,
    "date and time": _MOMENT,
    "dayTimeDuration": _DURATION,
    "days and time duration": _DURATION,
    "yearMonthDuration": _MONTHS,
    "years and months duration": _MONTHS,
    "context": Base("context", lambda value: isinstance(value, Mapping)),
    "list": Base("list", lambda value: isinstance(value, list)),
    "function": Base("function", lambda value: isinstance(value, feel.FeelFunction)),
}


class Types:
    """The types of one file: its item definitions over FEEL's types and those of imports (``name.Type``)."""

    def __init__(self, items: Mapping[str, ItemDefinition], imported: Mapping[str, "Types"]) -> None:
        self._items, self._imported = items, imported
        self._made: dict[str, Type] = {}
        self._open: list[str] = []

    def get(self, name: str | None, place: str | None = None) -> Type:
        """Return the type called *name*; None means Any.

        Raises:
            DmnError: dmn.unknown_type, dmn.expression for allowed values, dmn.cycle for types that name each other.
        """
        if name is None:
            return ANY
        found = self._made.get(name)
        if found is not None:
            return found
        if name in self._items:
            if name in self._open or len(self._open) > _MAX_ALIASES:
                raise DmnError("dmn.cycle", name, path=" → ".join([*self._open, name]))
            self._open.append(name)
            try:
                return self._make(self._items[name], name)
            finally:
                self._open.remove(name)
        if name in BASE_TYPES:
            return BASE_TYPES[name]
        for import_name, types in self._imported.items():
            if import_name and name.startswith(f"{import_name}."):
                return types.get(name[len(import_name) + 1 :], place)
            if not import_name and types.knows(name):
                return types.get(name, place)
        raise DmnError("dmn.unknown_type", place, place=place, type=name)

    def item(self, name: str | None) -> ItemDefinition | None:
        """Return the item definition called *name*; None when the file itself has none."""
        return None if name is None else self._items.get(name)

    def knows(self, name: str) -> bool:
        """Tell whether the file itself defines the type *name*."""
        return name in self._items

    def all_names(self) -> list[str]:
        """Return the names of the file's own types."""
        return list(self._items)

    def _make(self, item: ItemDefinition, key: str | None = None) -> Type:
        """Make a type; *key* registers it before its parts are made, so that structures may contain themselves."""
        kind: Type
        if item.components:
            structure = Structure(item.name)
            kind = self._wrap(structure, item)
            if key is not None:
                self._made[key] = kind
            for part in item.components:
                structure.components[part.name] = self._make(part)
            return kind
        kind = self._function(item, item.function) if item.function else self.get(item.type_ref, item.name)
        kind = self._wrap(kind, item)
        if key is not None:
            self._made[key] = kind
        return kind

    def _function(self, item: ItemDefinition, function: FunctionType) -> Type:
        parameters = [self.get(parameter.type_ref, item.name) for parameter in function.parameters]
        return FunctionOf(item.name, parameters, self.get(function.result, item.name))

    def _wrap(self, kind: Type, item: ItemDefinition) -> Type:
        if item.allowed is not None:
            kind = Restricted(item.name, kind, compile_tests(item.allowed, item.name))
        if item.is_collection:
            kind = ListOf(item.name, kind)
        if item.constraint is not None:
            kind = Restricted(item.name, kind, compile_tests(item.constraint, item.name))
        return kind


def compile_tests(source: str, place: str, names: tuple[str, ...] = ()) -> Any:
    """Return compiled unary tests.

    Raises:
        DmnError: dmn.expression.
    """
    try:
        return feel.compile(source, kind="unary", names=names)
    except feel.FeelError as error:
        raise DmnError("dmn.expression", place, place=place, source=source[:80], detail=error) from error
