"""The handlers that service tasks may name, with typed and documented parameters.

Parameters come from the function's signature: a keyword without a default is required, its annotation is its
type.  The deployment lint checks diagrams against this (`check`), the modeler offers it (`catalogue`), and a
call brings evaluated values to the annotated types (`Handler.call`).  Handlers outside the product come from
packages with an entry point in the group `marshrut.handlers`: a module or a function made by `handler`.
"""

import difflib
import importlib
import importlib.metadata
import inspect
import logging
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Literal

from handlers.errors import HandlerError, ParameterError
from handlers.parameters import NotAccepted, accept, choices, type_name

if typing.TYPE_CHECKING:
    from handlers.context import HandlerContext

logger = logging.getLogger(__name__)

GROUP = "marshrut.handlers"
BUILTIN = (
    "handlers.requests",
    "handlers.approvals",
    "handlers.documents",
    "handlers.notifications",
    "handlers.catalogs",
)

Words = tuple[str, str]
"""The same words in Russian and in English."""

_MARK = "__marshrut_handler__"
_REQUIRED = inspect.Parameter.empty


@dataclass(frozen=True)
class Parameter:
    name: str
    annotation: Any
    default: Any
    words: Words

    @property
    def required(self) -> bool:
        return self.default is _REQUIRED


@dataclass(frozen=True)
class Handler:
    """A function with what people and programs need to know of it."""

    name: str
    function: Callable[..., Any]
    title: Words
    description: Words
    parameters: Mapping[str, Parameter]
    results: Mapping[str, Words]
    transactional: bool  # runs inside the advancing unit of work, touches our database only
    external: bool = False  # a program elsewhere does it; the name is its topic

    def call(self, context: "HandlerContext", values: Mapping[str, Any]) -> dict[str, Any]:
        """Run the handler with evaluated parameters and return the variables it gives.

        A null for a parameter that has a default means the default.

        Raises:
            ParameterError: a required value is absent, a value has the wrong type, or a name is unknown.
            BpmnError, HandlerError: as the handler says.
        """
        result = self.function(context, **self.bind(values))
        if result is None:
            return {}
        if not isinstance(result, dict):
            raise HandlerError(
                "handler.result",
                f"{self.name} returned {type(result).__name__}, not variables",
                retryable=False,
            )
        return result

    def bind(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of a call; see `call` for the errors."""
        arguments: dict[str, Any] = {}
        for name in values:
            if name not in self.parameters:
                raise ParameterError(self.name, name, "there is no such parameter")
        for name, parameter in self.parameters.items():
            value = values.get(name)
            if value is None and not parameter.required:
                continue
            if name not in values:
                raise ParameterError(self.name, name, "a value is required")
            try:
                arguments[name] = accept(parameter.annotation, value)
            except NotAccepted as problem:
                raise ParameterError(self.name, name, str(problem)) from problem
        return arguments


@dataclass(frozen=True)
class HandlerProblem:
    """What is wrong with a service task's use of a handler; `web` and the lint put it in words by `code`."""

    code: Literal["unknown_handler", "unknown_parameter", "missing_parameter", "wrong_type"]
    handler: str
    parameter: str = ""
    nearest: str = ""
    expected: str = ""

    def message(self, language: str) -> str:
        russian, english = _PROBLEM_WORDS[self.code]
        text = (russian if language == "ru" else english).format(
            handler=self.handler, parameter=self.parameter, expected=self.expected
        )
        if self.nearest:
            text += f" Возможно, «{self.nearest}»." if language == "ru" else f" Perhaps “{self.nearest}”."
        return text


_PROBLEM_WORDS: dict[str, Words] = {
    "unknown_handler": ("Обработчика «{handler}» нет.", "There is no handler “{handler}”."),
    "unknown_parameter": (
        "У обработчика «{handler}» нет параметра «{parameter}».",
        "The handler “{handler}” has no parameter “{parameter}”.",
    ),
    "missing_parameter": (
        "Обработчику «{handler}» нужен параметр «{parameter}».",
        "The handler “{handler}” needs the parameter “{parameter}”.",
    ),
    "wrong_type": (
        "Параметр «{parameter}» обработчика «{handler}»: значение не подходит, нужно: {expected}.",
        "Parameter “{parameter}” of the handler “{handler}”: the value does not fit, expected: {expected}.",
    ),
}


def handler(
    name: str,
    *,
    title_ru: str,
    title_en: str,
    description_ru: str = "",
    description_en: str = "",
    transactional: bool = False,
    parameters: Mapping[str, Words] | None = None,
    results: Mapping[str, Words] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a function as the handler *name*; the function itself stays as it is."""

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        described = Handler(
            name=name,
            function=function,
            title=(title_ru, title_en),
            description=(description_ru, description_en),
            parameters=_read_parameters(name, function, parameters or {}),
            results=dict(results or {}),
            transactional=transactional,
        )
        setattr(function, _MARK, described)
        return function

    return mark


def _read_parameters(
    name: str, function: Callable[..., Any], words: Mapping[str, Words]
) -> dict[str, Parameter]:
    hints = typing.get_type_hints(function, localns={"HandlerContext": Any})
    found: dict[str, Parameter] = {}
    for position, parameter in enumerate(inspect.signature(function).parameters.values()):
        if position == 0:
            continue  # the context
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            raise TypeError(f"{name}: {parameter.name} must be a keyword-only parameter")
        found[parameter.name] = Parameter(
            name=parameter.name,
            annotation=hints.get(parameter.name, Any),
            default=parameter.default,
            words=words.get(parameter.name, ("", "")),
        )
    if unknown := set(words) - set(found):
        raise TypeError(f"{name}: documented but not in the signature: {', '.join(sorted(unknown))}")
    return found


@dataclass
class Registry:
    """Handlers by name; built once at start, read by many threads.

    `external_topics`: names, or beginnings that end in `*`, of what programs elsewhere do (`is_external`).
    """

    handlers: dict[str, Handler] = field(default_factory=dict)
    external_topics: tuple[str, ...] = ()

    def add(self, function: Callable[..., Any]) -> None:
        """Add a function made by `handler`.

        Raises:
            TypeError: it was not made by `handler`.
            ValueError: another function has the name already.
        """
        described = getattr(function, _MARK, None)
        if not isinstance(described, Handler):
            raise TypeError(f"{function!r} is not a handler: use the decorator handlers.registry.handler")
        known = self.handlers.get(described.name)
        if known is not None and known.function is not function:
            raise ValueError(f"two handlers are called {described.name!r}")
        self.handlers[described.name] = described

    def add_module(self, module: ModuleType) -> None:
        """Add every handler that a module defines."""
        for value in vars(module).values():
            if isinstance(getattr(value, _MARK, None), Handler) and value.__module__ == module.__name__:
                self.add(value)

    def get(self, name: str) -> Handler:
        """Return a handler.

        Raises:
            HandlerError: code "handler.unknown".
        """
        try:
            return self.handlers[name]
        except KeyError:
            if self.is_external(name):
                return _external(name)
            raise HandlerError(
                "handler.unknown", f"there is no handler {name!r}", retryable=False, handler=name
            ) from None

    def is_external(self, name: str) -> bool:
        """Tell whether programs elsewhere do this: no handler here has the name and a topic covers it."""
        return name not in self.handlers and covers(self.external_topics, name)

    def is_transactional(self, name: str) -> bool:
        return name in self.handlers and self.handlers[name].transactional

    def check(self, handler_name: str, parameters: Mapping[str, Any]) -> list[HandlerProblem]:
        """Return what is wrong with a service task's use of a handler.

        *parameters* are the values as drawn: a text that begins with "=" or holds "${" is an expression and
        accepted unseen; any other text, number, list or mapping is a literal and its type is checked.
        """
        known = self.handlers.get(handler_name)
        if known is None:
            if self.is_external(handler_name):
                return []
            return [
                HandlerProblem(
                    "unknown_handler", handler_name, nearest=_nearest(handler_name, self.handlers.keys())
                )
            ]
        problems = [
            HandlerProblem("unknown_parameter", handler_name, name, nearest=_nearest(name, known.parameters))
            for name in parameters
            if name not in known.parameters
        ]
        for name, parameter in known.parameters.items():
            if name not in parameters:
                if parameter.required:
                    problems.append(HandlerProblem("missing_parameter", handler_name, name))
            elif not _fits(parameter.annotation, parameters[name]):
                problems.append(
                    HandlerProblem("wrong_type", handler_name, name, expected=type_name(parameter.annotation))
                )
        return problems

    def catalogue(self) -> list[dict[str, Any]]:
        """Return every handler as plain JSON for the modeler's list."""
        return [_described(self.handlers[name]) for name in sorted(self.handlers)]


def covers(topics: Iterable[str], topic: str) -> bool:
    """Tell whether one of *topics*, names or beginnings that end in `*`, means *topic*."""
    return any(topic == known or (known.endswith("*") and topic.startswith(known[:-1])) for known in topics)


def _external(name: str) -> Handler:
    """Stand for what a program elsewhere does; whoever calls it here has made a mistake."""

    def refuse(context: Any) -> None:
        raise HandlerError("handler.external", f"{name!r} is done by a program elsewhere", retryable=False)

    return Handler(name, refuse, (name, name), ("", ""), {}, {}, transactional=False, external=True)


def _described(known: Handler) -> dict[str, Any]:
    return {
        "name": known.name,
        "title": _both(known.title),
        "description": _both(known.description),
        "transactional": known.transactional,
        "parameters": [
            {
                "name": parameter.name,
                "type": type_name(parameter.annotation),
                "choices": choices(parameter.annotation),
                "required": parameter.required,
                "default": None if parameter.required else parameter.default,
                "description": _both(parameter.words),
            }
            for parameter in known.parameters.values()
        ],
        "results": [{"name": name, "description": _both(words)} for name, words in known.results.items()],
    }


def _both(words: Words) -> dict[str, str]:
    return {"ru": words[0], "en": words[1]}


def _nearest(name: str, known: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)), "")


def _fits(annotation: Any, literal: Any) -> bool:
    if _has_expression(literal):
        return True
    try:
        accept(annotation, literal)
    except NotAccepted:
        return False
    return True


def _has_expression(value: Any) -> bool:
    if isinstance(value, str):
        return value.lstrip().startswith("=") or "${" in value or "#{" in value
    if isinstance(value, Mapping):
        return any(_has_expression(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(_has_expression(item) for item in value)
    return False


def default_registry(external_topics: Iterable[str] = ()) -> Registry:
    """Return the product's own handlers, those of installed packages, and what programs elsewhere do.

    A package that cannot be loaded is logged by name and left out; diagrams that use it are then refused with
    the handler named.
    """
    registry = Registry(external_topics=tuple(external_topics))
    for name in BUILTIN:
        registry.add_module(importlib.import_module(name))
    for entry in importlib.metadata.entry_points(group=GROUP):
        try:
            loaded = entry.load()
            registry.add_module(loaded) if isinstance(loaded, ModuleType) else registry.add(loaded)
        except (ImportError, AttributeError, TypeError, ValueError) as problem:
            logger.error(
                "handlers of a package were left out", extra={"entry": entry.name, "why": str(problem)}
            )
    return registry
