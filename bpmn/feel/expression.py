"""Compiled expressions: parsed once, kept in a cache, evaluated as often as one likes from any thread."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from bpmn.feel.compiler import Closure, Compiler
from bpmn.feel.errors import FeelLimitError, Reason
from bpmn.feel.names import is_plain
from bpmn.feel.parser import parse_expression, parse_unary_tests
from bpmn.feel.state import DEFAULT_LIMITS, Limits, State
from bpmn.feel.syntax import Node
from bpmn.feel.type_reader import MAX_NESTING
from bpmn.feel.unary import INPUT
from bpmn.feel.values import to_feel

_CACHE_SIZE = 2048
#: Longer sources are compiled anew each time, so that hostile ones cannot fill the memory.
_MAX_CACHED_SOURCE = 2000


@dataclass(frozen=True, slots=True)
class Result:
    """A value, and why it or something on the way to it became null (at most 20 reasons)."""

    value: Any
    reasons: list[Reason]


class Expression:
    """An expression or unary tests, ready to be evaluated.

    ``names`` are the variables that it may read from the context.  ``assumed`` are the built-in functions whose
    values on constants are in it already; where the host has a function of such a name, that one is called.
    ``quick`` is for unary tests that only compare with constants: it decides for values of their own type,
    as ``test`` would where the host has none of the functions of ``assumed``, and returns None for others.
    """

    __slots__ = (
        "_closure",
        "_input_is_bound",
        "_tree",
        "_unfolded",
        "assumed",
        "kind",
        "names",
        "quick",
        "source",
    )

    def __init__(self, source: str, tree: Node, *, kind: str) -> None:
        self._input_is_bound = kind == "unary"
        compiler = Compiler()
        self._closure: Closure = self._compile(compiler, tree)
        self.source = source
        self.kind = kind
        self.names = frozenset(compiler.free)
        self.assumed = frozenset(compiler.assumed)
        self.quick = compiler.quick
        self._tree = tree if self.assumed else None
        self._unfolded: Closure | None = None

    def _compile(self, compiler: Compiler, tree: Node) -> Closure:
        if self._input_is_bound:
            compiler.scope.append(("variable", INPUT))
        try:
            return compiler.compile(tree)
        except RecursionError:
            raise FeelLimitError("feel.limit.nesting", limit=MAX_NESTING) from None

    def __repr__(self) -> str:
        return f"Expression({self.source!r}, kind={self.kind!r})"

    def evaluate(
        self,
        context: Mapping[str, Any],
        *,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        now: datetime | None = None,
        limits: Limits = DEFAULT_LIMITS,
        types: Mapping[str, Callable[[Any], bool]] | None = None,
    ) -> Any:
        """Return the FEEL value (``to_variable`` makes a variable of it); null when it is not defined.

        Only the names in ``names`` are read from *context*.  *functions* are called by name with variables.
        *now* is what ``now()`` and ``today()`` say; *types* are the predicates of further type names.

        Raises:
            FeelLimitError: the evaluation exceeded *limits*.
            FeelError: a variable that is read has no FEEL meaning.
        """
        return self._run(State(context, functions, now, limits, types), None)

    def run(
        self,
        context: Mapping[str, Any],
        *,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        now: datetime | None = None,
        limits: Limits = DEFAULT_LIMITS,
        types: Mapping[str, Callable[[Any], bool]] | None = None,
    ) -> Result:
        """Evaluate like ``evaluate`` and return the reasons of nulls with the value."""
        state = State(context, functions, now, limits, types)
        value = self._run(state, None)
        return Result(value, state.reasons or [])

    def test(
        self,
        value: Any,
        context: Mapping[str, Any],
        *,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        now: datetime | None = None,
        limits: Limits = DEFAULT_LIMITS,
        types: Mapping[str, Callable[[Any], bool]] | None = None,
    ) -> bool | None:
        """Tell whether *value*, which the tests call ``?``, fits unary tests; None when that is not defined.

        Raises: as ``evaluate``.
        """
        result = self._run(State(context, functions, now, limits, types), to_feel(value))
        return result if isinstance(result, bool) else None

    def hidden_by(self, functions: Mapping[str, Any] | None) -> bool:
        """Tell whether *functions* of the host replace a built-in function that was called on constants."""
        return functions is not None and any(name in functions for name in self.assumed)

    def _without_folding(self, tree: Node) -> Closure:
        if self._unfolded is None:
            self._unfolded = self._compile(Compiler(folding=False), tree)
        return self._unfolded

    def _run(self, state: State, value: Any) -> Any:
        env = (state, value) if self._input_is_bound else (state,)
        closure = self._closure
        if self._tree is not None and self.hidden_by(state.functions):
            closure = self._without_folding(self._tree)
        try:
            result = closure(env)
            if isinstance(result, list | dict):
                state.check_result(result)
            return result
        except RecursionError:
            raise FeelLimitError("feel.limit.depth", limit=state.limits.depth) from None


def compile(source: str, *, names: Iterable[str] = (), kind: str = "expression") -> Expression:
    """Return the compiled expression of *source*, from the cache when it was compiled before.

    *names* are variables and components whose names hold operators or keywords (``a-b``, ``date and time``);
    other names with spaces are understood without being announced.  *kind* is "expression" or "unary".

    Raises:
        FeelSyntaxError, FeelLimitError: it is not FEEL; it is too long or nested too deep.
    """
    special = frozenset(name for name in names if not is_plain(name))
    if len(source) > _MAX_CACHED_SOURCE:
        return _compiled.__wrapped__(source, kind, special)
    return _compiled(source, kind, special)


@lru_cache(maxsize=_CACHE_SIZE)
def _compiled(source: str, kind: str, names: frozenset[str]) -> Expression:
    parse = parse_unary_tests if kind == "unary" else parse_expression
    try:
        tree = parse(source, names)
    except RecursionError:
        raise FeelLimitError("feel.limit.nesting", limit=MAX_NESTING) from None
    return Expression(source, tree, kind=kind)


def evaluate(source: str, context: Mapping[str, Any], **options: Any) -> Any:
    """Compile *source* with the names of *context* and evaluate it; options as for ``Expression.evaluate``."""
    return compile(source, names=context.keys()).evaluate(context, **options)
