"""A Jinja environment for an analyst's texts: it can say things, and nothing else.

No calls but a few harmless methods, no macros, includes or imports; loops, lengths and numbers are limited, so
a text can neither hang nor fill the memory.  An unknown name is an error, not an empty place.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, Undefined, nodes
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError

from handlers.money import format_money, format_number
from handlers.parameters import NotAccepted, accept
from handlers.words import amount_in_words, date_in_words

MAX_SOURCE = 100_000
MAX_TEXT = 200_000
MAX_STEPS = 20_000

_METHODS = frozenset(
    {"items", "keys", "values", "get", "strip", "lower", "upper", "title", "startswith", "endswith"}
)
_REFUSED: dict[type[nodes.Node], str] = {
    nodes.Macro: "macro",
    nodes.CallBlock: "call",
    nodes.FilterBlock: "filter",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "import",
    nodes.Extends: "extends",
    nodes.Block: "block",
}
_KEPT_FILTERS = (
    "abs", "capitalize", "default", "d", "first", "int", "last", "length", "count", "list", "lower", "round",
    "sort", "sum", "title", "trim", "truncate", "upper", "selectattr", "rejectattr", "map", "unique", "min", "max",
)  # fmt: skip
_steps: ContextVar[int] = ContextVar("steps", default=0)


class TooMuch(SecurityError):
    """A text goes beyond its limits."""


class Words:
    """What formatting depends on."""

    def __init__(self, language: str, zone: tzinfo) -> None:
        self.language, self.zone = language, zone

    def show(self, value: Any) -> str:
        """Return a value as people write it."""
        ru = self.language == "ru"
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return ("да" if value else "нет") if ru else ("yes" if value else "no")
        if isinstance(value, (int, float, Decimal)):
            return format_number(_decimal(value), self.language, places=None)
        if isinstance(value, datetime):
            return self.datetime(value)
        if isinstance(value, date):
            return self.date(value)
        if isinstance(value, (list, tuple)):
            return _joined([self.show(item) for item in value], ", ")
        raise SecurityError(
            f"a value of type {type(value).__name__} cannot be printed: name one of its fields"
        )

    def money(self, value: Any, currency: str = "RUB") -> str:
        return format_money(_decimal(value), currency, self.language)

    def words(self, value: Any, currency: str = "RUB") -> str:
        return amount_in_words(_decimal(value), currency, self.language)

    def date(self, value: Any) -> str:
        if isinstance(value, str):
            value = _read_date(value)
        if isinstance(value, datetime):
            value = value.astimezone(self.zone).date()
        if not isinstance(value, date):
            raise SecurityError(f"a date is expected, not {value!r}")
        return date_in_words(value, self.language, mark="")  # «г.» would meet the full stop of a sentence

    def datetime(self, value: Any) -> str:
        if isinstance(value, str):
            value = _read_date(value)
        if not isinstance(value, datetime) or value.tzinfo is None:
            return self.date(value)
        local = value.astimezone(self.zone)
        return f"{date_in_words(local.date(), self.language, mark='')}, {local:%H:%M}"


def _read_date(text: str) -> date:
    try:
        return datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)
    except ValueError:
        raise SecurityError(f"a date is expected, not {text[:60]!r}") from None


def _decimal(value: Any) -> Decimal:
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()
    try:
        number: Decimal = accept(Decimal, value)
    except (NotAccepted, InvalidOperation) as problem:
        raise SecurityError(f"a number is expected: {problem}") from problem
    if abs(number) >= Decimal(10) ** 15:
        raise TooMuch("the number is too large to be printed")
    return number


def _joined(parts: Iterable[Any], separator: str = "") -> str:
    texts = [str(part) for part in counted(parts)]
    if sum(map(len, texts)) + len(separator) * len(texts) > MAX_TEXT:
        raise TooMuch(f"a text is longer than {MAX_TEXT} letters")
    return separator.join(texts)


def counted(values: Iterable[Any]) -> Iterator[Any]:
    """Give the values one by one; all loops of a text together have a limit of steps."""
    if isinstance(values, Undefined):
        values._fail_with_undefined_error()
    for value in values:
        taken = _steps.get() + 1
        if taken > MAX_STEPS:
            raise TooMuch(f"the loops take more than {MAX_STEPS} steps")
        _steps.set(taken)
        yield value


def _replace(text: Any, old: str, new: str) -> str:
    source = str(text)
    if len(source) + source.count(old) * max(0, len(new) - len(old)) > MAX_TEXT or len(source) > MAX_TEXT:
        raise TooMuch(f"a text is longer than {MAX_TEXT} letters")
    return source.replace(old, new)


def _range(*bounds: int) -> list[int]:
    numbers = range(*bounds)
    if len(numbers) > MAX_STEPS:
        raise TooMuch(f"range gives more than {MAX_STEPS} numbers")
    return list(numbers)


class TextEnvironment(ImmutableSandboxedEnvironment):
    """The environment of one language, zone and way to write values into the text."""

    intercepted_binops = frozenset({"+", "*", "**", "%", "//", "/"})

    def __init__(self, words: Words, escape: Callable[[str], str]) -> None:
        super().__init__(
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=lambda value: self._written(value),
        )
        self._words, self._escape = words, escape
        kept = {name: self.filters[name] for name in _KEPT_FILTERS}
        self.filters.clear()
        self.filters.update(kept)
        self.filters |= {
            "money": words.money,
            "date": words.date,
            "datetime": words.datetime,
            "words": words.words,
            "join": lambda values, separator="": _joined((words.show(value) for value in values), separator),
            "replace": _replace,
            "_counted": counted,
            "_concat": lambda parts: _joined(words.show(part) for part in parts),
        }
        self.globals.clear()
        self.globals["range"] = _range

    def _written(self, value: Any) -> Any:
        if isinstance(value, Undefined):
            value._fail_with_undefined_error()
        if isinstance(value, Trusted):
            return value
        return self._escape(self._words.show(value))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _guard(tree)
        return tree

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return not attr.startswith("_") and (not callable(value) or attr in _METHODS)

    def getattr(self, obj: Any, attribute: str) -> Any:
        # a context's entry wins over a method of the same name: {{ line.items }}
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if isinstance(left, str) or isinstance(right, str):
            if operator == "+" and isinstance(left, str) and isinstance(right, str):
                return _joined((left, right))
            raise SecurityError(f"{operator} cannot be used with a text")
        if isinstance(left, (list, tuple)) or isinstance(right, (list, tuple)):
            raise SecurityError(f"{operator} cannot be used with a list")
        first, second = _decimal(left), _decimal(right)
        try:
            match operator:
                case "+":
                    return first + second
                case "*":
                    return first * second
                case "/":
                    return first / second
                case "//":
                    return first // second
                case "%":
                    return first % second
        except (InvalidOperation, ZeroDivisionError) as problem:
            raise SecurityError(f"{first} {operator} {second} cannot be computed") from problem
        raise SecurityError(f"the operator {operator} is not available")


class Trusted(str):
    """A text that we wrote ourselves and that is not escaped: the link."""

    __slots__ = ()


def _guard(tree: nodes.Template) -> None:
    for kind, word in _REFUSED.items():
        for found in tree.find_all(kind):
            raise TemplateSyntaxError(f"“{word}” cannot be used in a text", found.lineno)
    for call in tree.find_all(nodes.Call):
        known = (isinstance(call.node, nodes.Name) and call.node.name == "range") or (
            isinstance(call.node, nodes.Getattr) and call.node.attr in _METHODS
        )
        if not known:
            raise TemplateSyntaxError("this call cannot be used in a text", call.lineno)
    for loop in list(tree.find_all(nodes.For)):
        if loop.recursive:
            raise TemplateSyntaxError("“recursive” cannot be used in a text", loop.lineno)
        loop.iter = _filtered(loop.iter, "_counted")
    _replace_concats(tree)


def _filtered(node: Any, name: str) -> nodes.Filter:
    made = nodes.Filter(node, name, [], [], None, None)
    made.set_lineno(node.lineno)
    return made


def _replace_concats(node: Any) -> None:
    for field, value in list(node.iter_fields()):
        if isinstance(value, list):
            for place, item in enumerate(value):
                if isinstance(item, nodes.Node):
                    value[place] = _without_concat(item)
        elif isinstance(value, nodes.Node):
            setattr(node, field, _without_concat(value))


def _without_concat(node: Any) -> Any:
    _replace_concats(node)
    if not isinstance(node, nodes.Concat):
        return node
    parts = nodes.List(node.nodes)
    parts.set_lineno(node.lineno)
    return _filtered(parts, "_concat")


def begin() -> None:
    """Start counting the steps of a text anew."""
    _steps.set(0)
