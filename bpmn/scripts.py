"""Scripts of analysts, run in worker processes without files, network, real clock or real chance.

A script gets only the variables that it names, and its changes come back all or nothing.  Time and memory are
limited; a worker that dies is replaced.  `raise BpmnError(code, message)` reaches the diagram.  Names that begin
with an underscore stay inside the script.
"""

import ast
import os
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from datetime import time as time_of_day
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pydantic_monty

from bpmn.lint.problem import Problem
from handlers.errors import BpmnError

MAX_SOURCE = 50_000
_RESULT = "marshrut_result_"


class ScriptFailed(Exception):
    """A script is wrong, refused, too slow or too large; `line` is in the script, where it is known."""

    def __init__(self, code: str, message: str, line: int | None = None) -> None:
        super().__init__(message + (f" (line {line})" if line else ""))
        self.code, self.message, self.line = code, message, line


@dataclass(frozen=True, slots=True)
class Prepared:
    """A script with what it reads and writes."""

    source: str
    reads: frozenset[str]
    writes: frozenset[str]


def _names(tree: ast.Module) -> tuple[set[str], set[str]]:
    reads: set[str] = set()
    writes: set[str] = set()

    def walk(node: ast.AST, inside: bool) -> None:
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                reads.add(node.id)
            elif not inside:
                writes.add(node.id)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            reads.add(node.target.id)
        inner = inside or isinstance(
            node, ast.FunctionDef | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
        )
        for child in ast.iter_child_nodes(node):
            walk(child, inner)

    walk(tree, False)
    return reads, writes


@lru_cache(2048)
def prepare(source: str) -> Prepared:
    """Analyse a script once.

    Raises:
        ScriptFailed: `script.syntax` or `script.too_long`.
    """
    if len(source) > MAX_SOURCE:
        raise ScriptFailed("script.too_long", f"the script is longer than {MAX_SOURCE} characters")
    source = _dedent(source)
    try:
        tree = ast.parse(source)
        reads, writes = _names(tree)
    except SyntaxError as error:
        raise ScriptFailed("script.syntax", error.msg or "invalid syntax", error.lineno) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ScriptFailed("script.syntax", str(error) or "too deeply nested") from error
    public = {name for name in reads | writes if not name.startswith("_")}
    lines = [source, f"{_RESULT} = {{}}"]
    for name in sorted(public):
        lines += ["try:", f"    {_RESULT}[{name!r}] = {name}", "except NameError:", "    pass"]
    lines.append(_RESULT)
    return Prepared("\n".join(lines), frozenset(reads), frozenset(writes & public))


def _dedent(source: str) -> str:
    """Take away the common indentation that a diagram's XML adds."""
    lines = source.expandtabs(4).splitlines()
    filled = [line for line in lines if line.strip()]
    margin = min((len(line) - len(line.lstrip()) for line in filled), default=0)
    return "\n".join(line[margin:] for line in lines).strip("\n")


_LACKING: dict[type[ast.AST], tuple[str, str]] = {
    ast.Delete: ("del", "del"),
    ast.AsyncFunctionDef: ("async", "async"),
    ast.Await: ("await", "await"),
    ast.Yield: ("yield", "yield"),
    ast.YieldFrom: ("yield from", "yield from"),
}


def problems(source: str, file: str, element: str, line: int | None = None) -> Iterator[Problem]:
    """Say what of a script the sandbox does not understand."""
    try:
        prepare(source)
        tree = ast.parse(_dedent(source))
    except ScriptFailed as error:
        place = f" (строка {error.line})" if error.line else ""
        yield Problem(
            file,
            element,
            "script_syntax",
            "error",
            f"Ошибка в скрипте: {error.message}{place}",
            f"A mistake in the script: {error}",
            line,
        )
        return
    for node in ast.walk(tree):
        words = _LACKING.get(type(node))
        if isinstance(node, ast.ClassDef) and (node.bases or node.keywords):
            words = ("наследование классов", "class inheritance")
        if words is not None:
            number = getattr(node, "lineno", 0)
            yield Problem(
                file,
                element,
                "script_unsupported",
                "error",
                f"Скрипт, строка {number}: {words[0]} здесь не поддерживается",
                f"The script, line {number}: {words[1]} is not supported here",
                line,
            )


class _Waited(threading.local):
    seconds = 0.0


_WAITED = _Waited()


def waited_s() -> float:
    """Return how many seconds scripts of this thread have run so far."""
    return _WAITED.seconds


class Scripts:
    """A pool of sandbox workers, started with the first script; safe to use from several threads."""

    def __init__(
        self, *, duration_s: float = 2.0, memory_bytes: int = 64_000_000, workers: int | None = None
    ) -> None:
        self.duration_s, self.memory_bytes = duration_s, memory_bytes
        self.workers = workers
        self._lock = threading.Lock()
        self._pool: pydantic_monty.Monty | None = None
        self._owner = 0

    def run(self, source: str, variables: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
        """Run *source* and return the variables it made or changed.

        The clock inside shows *now*, chance is seeded from it: a repeat of the unit takes the same way.

        Raises:
            ScriptFailed: syntax, an exception of the script, a limit, a value that cannot cross the border.
            BpmnError: the script raised one.
        """
        prepared = prepare(source)
        inputs = {name: _sent(variables[name], name) for name in sorted(prepared.reads) if name in variables}
        thrown: list[BpmnError] = []
        marker = secrets.token_hex(8)

        def bpmn_error(code: Any = "", message: Any = "", variables: Any = None) -> BaseException:
            values = variables if isinstance(variables, dict) else {}
            thrown.append(
                BpmnError(str(code), str(message), {str(key): item for key, item in values.items()})
            )
            return RuntimeError(f"{marker}:{len(thrown) - 1}")

        try:
            result = self._feed(prepared.source, inputs, {"BpmnError": bpmn_error}, now)
        except pydantic_monty.MontyError as error:
            text = str(error)
            if marker in text:
                raise thrown[int(text.rpartition(":")[2])] from error
            raise _failure(error) from error
        changed = {}
        for name, value in result.items():
            if name in prepared.writes or name in inputs:
                received = _received(value, name)
                if received is _NO_DATA:
                    continue
                if name not in inputs or not _same(received, inputs[name]):
                    changed[name] = received
        return changed

    def _feed(
        self, source: str, inputs: dict[str, Any], lookup: dict[str, Any], now: datetime
    ) -> dict[str, Any]:
        session = self._started().checkout(
            script_name="script.py",
            limits={
                "max_feed_duration_secs": self.duration_s,
                "max_memory": self.memory_bytes,
                "max_recursion_depth": 200,
            },
            os_policy={"datetime": now, "sleep": "zero", "random_start": {"seed": now.isoformat()}},
        )
        with session as live:
            printed = pydantic_monty.CollectString(max_bytes=100_000)
            began = time.perf_counter()
            try:
                found: dict[str, Any] = live.feed_run(
                    source, inputs=inputs, external_lookup=lookup, print_callback=printed
                )
            finally:
                _WAITED.seconds += time.perf_counter() - began
            return found

    def _started(self) -> pydantic_monty.Monty:
        with self._lock:
            if self._pool is None or self._owner != os.getpid():  # a forked child starts its own workers
                pool = pydantic_monty.Monty(
                    min_processes=1,
                    max_processes=self.workers,
                    checkout_timeout=30.0,
                    request_timeout=self.duration_s + 10,
                    max_checkouts_per_worker=1000,
                )
                self._pool, self._owner = pool.__enter__(), os.getpid()
            return self._pool

    def close(self) -> None:
        """Stop the workers."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None and self._owner == os.getpid():
            pool.__exit__(None, None, None)


_NO_DATA = object()
_DATA = (str, bool, int, float, Decimal, date, time_of_day, timedelta, type(None))


def _sent(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _sent(item, name) for key, item in value.items()}
    if isinstance(value, list):
        return [_sent(item, name) for item in value]
    if isinstance(value, datetime) and value.tzinfo is not None:
        offset = value.utcoffset() or timedelta(0)
        return value.replace(tzinfo=timezone(offset))
    if not isinstance(value, _DATA):
        raise ScriptFailed("script.value", f"a script cannot read {name}: {type(value).__name__}")
    return value


def _received(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise ScriptFailed("script.value", f"{name}: the keys of a dictionary must be texts")
        found = {key: _received(item, name) for key, item in value.items()}
        return _refused(name, value) if any(item is _NO_DATA for item in found.values()) else found
    if isinstance(value, list | tuple | set | frozenset):
        items = [_received(item, name) for item in value]
        return _refused(name, value) if any(item is _NO_DATA for item in items) else items
    return value if isinstance(value, _DATA) else _NO_DATA


def _refused(name: str, value: Any) -> Any:
    raise ScriptFailed("script.value", f"{name} holds something that is no data: {str(value)[:80]}")


def _same(left: Any, right: Any) -> bool:
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return bool(left == right)


def _failure(error: pydantic_monty.MontyError) -> ScriptFailed:
    line = None
    trace = getattr(error, "traceback", None)
    if trace is not None:
        frames = trace()
        line = frames[0].line if frames else None
    if isinstance(error, pydantic_monty.MontyCrashedError):
        return ScriptFailed("script.crashed", "the script was stopped: it took too long or too much memory")
    if isinstance(error, pydantic_monty.MontySyntaxError):
        return ScriptFailed("script.syntax", str(error), line)
    cause = error.exception()
    name = type(cause).__name__
    if isinstance(cause, TimeoutError):
        return ScriptFailed("script.too_slow", "the script ran longer than it may", line)
    if isinstance(cause, MemoryError):
        return ScriptFailed("script.too_large", "the script used more memory than it may", line)
    return ScriptFailed("script.failed", f"{name}: {cause}", line)
