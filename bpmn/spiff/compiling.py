"""Expressions of one file compiled with their problems collected."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bpmn.dialects import NAMESPACES, RawParam, zeebe
from bpmn.lint.problem import Problem
from bpmn.spiff import timers
from bpmn.spiff.expressions import (
    HOST_FUNCTIONS,
    Expression,
    ExpressionRefused,
    compile_condition,
    compile_feel,
    compile_python,
    compile_text,
)
from bpmn.spiff.graph import EventDef, Node
from bpmn.spiff.model import Param, Timer

if TYPE_CHECKING:
    from lxml import etree

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_CONSTANT = re.compile(r'-?\d+(\.\d+)?|"[^"]*"')
NULL = Expression("", "literal", frozenset())
_FEEL_NAMES = (
    "feel",
    "http://www.omg.org/spec/feel",
    "https://www.omg.org/spec/feel",
    "https://www.omg.org/spec/dmn",
)
_JUEL_NAMES = ("juel", "el", "http://java.sun.com/products/jsp")
_PYTHON_NAMES = ("python", "http://www.python.org", "https://www.python.org", "https://docs.python.org")
_SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"


def _called(name: str, text: str) -> bool:
    """Tell whether a name is called as a function, as in `business days after(…)`."""
    plain = " ".join(_TEXT.sub('""', text).split())
    return re.search(r"(?<![\w.])" + re.escape(name) + r"\s*\(", plain) is not None


def language_of(name: str) -> str | None:
    """Return the language that `language` or `expressionLanguage` names; None for one that is not executed."""
    name = name.strip().lower()
    for language, names in (("feel", _FEEL_NAMES), ("juel", _JUEL_NAMES), ("python", _PYTHON_NAMES)):
        if name.startswith(names):
            return language
    return None


def default_language(root: "etree._Element") -> str:
    """Return the language of the conditions of a file that name none: FEEL, or Python in SpiffWorkflow's diagrams.

    `expressionLanguage` counts where it names a language that runs here; modelers write XPath, which is the
    standard's default, without meaning it.
    """
    named = language_of(root.get("expressionLanguage") or "")
    if named is not None:
        return named
    spaces = {str(uri) for uri in root.nsmap.values()}
    return "python" if _SPIFF in spaces and not spaces & (NAMESPACES | {zeebe.NAMESPACE}) else "feel"


class Compiler:
    """Compiles texts; a text that cannot be compiled becomes a problem and an empty expression.

    *language* is that of the conditions that name none, *files* are those of the folder.
    """

    def __init__(self, file: str, language: str = "feel", files: Mapping[str, bytes] | None = None) -> None:
        self.file, self.language, self.files = file, language, files or {}
        self.problems: list[Problem] = []

    def refuse(self, element: str | None, rule: str, ru: str, en: str, line: int | None = None) -> None:
        """Record an error."""
        self.problems.append(Problem(self.file, element, rule, "error", ru, en, line))

    def _compiled(
        self, make: Callable[[str], Expression], text: str, node: str, what: tuple[str, str], line: int | None
    ) -> Expression:
        try:
            compiled = make(text)
            called = {name for name in compiled.names if _called(name, text)}
            strange = sorted(name for name in compiled.names - called if " " in name)
            if strange:
                raise ExpressionRefused(
                    compiled.source, f"«{strange[0]}» — не выражение", f"{strange[0]!r} is not an expression"
                )
            unknown = sorted(called - HOST_FUNCTIONS)
            if unknown and compiled.language == "feel":
                raise ExpressionRefused(
                    compiled.source,
                    f"нет функции «{unknown[0]}»",
                    f"there is no function {unknown[0]!r}",
                )
            return compiled
        except ExpressionRefused as error:
            self.refuse(
                node,
                "expression",
                f"{what[0]} «{error.source}»: {error.message_ru}",
                f"{what[1]} {error.source!r}: {error.message_en}",
                line,
            )
            return NULL

    def text(
        self, value: str | None, node: str, what: tuple[str, str], line: int | None = None
    ) -> Expression | None:
        """Compile an attribute (`=FEEL`, `${JUEL}`, literal)."""
        return None if value is None else self._compiled(compile_text, value, node, what, line)

    def condition(
        self,
        value: str,
        node: str,
        what: tuple[str, str],
        line: int | None = None,
        language: str | None = None,
    ) -> Expression:
        """Compile a condition in its own language, else that of the file (FEEL, `${JUEL}`, Python)."""
        named = language_of(language) if language else self.language
        if named == "python":
            return self._compiled(compile_python, value, node, what, line)
        if named is None:
            self.refuse_language(node, what, language or "", line)
            return NULL
        compiled = self._compiled(compile_condition, value, node, what, line)
        if compiled.language == "feel" and _CONSTANT.fullmatch(compiled.source):
            self.refuse(
                node,
                "condition_constant",
                f"{what[0]}: «{value}» — не условие, а постоянное значение",
                f"{what[1]}: {value!r} is a constant, not a condition",
                line,
            )
        return compiled

    def feel(self, value: str, node: str, what: tuple[str, str], line: int | None = None) -> Expression:
        """Compile an expression that gives any value (FEEL, `${JUEL}`)."""
        return self._compiled(compile_condition, value, node, what, line)

    def variable(
        self, value: str | None, node: str, what: tuple[str, str], line: int | None = None
    ) -> Expression | None:
        """Compile a variable name or an expression (collections)."""
        if value is None:
            return None
        if value.startswith("=") or "${" in value or "#{" in value:
            return self.text(value, node, what, line)
        return self._compiled(compile_feel, value, node, what, line)

    def value(
        self,
        value: str,
        node: str,
        what: tuple[str, str],
        line: int | None = None,
        language: str | None = None,
    ) -> Expression:
        """Compile an expression of any value in its own language, else FEEL or `${JUEL}`."""
        named = language_of(language) if language else "feel"
        if named == "python":
            return self._compiled(compile_python, value, node, what, line)
        if named is None:
            self.refuse_language(node, what, language or "", line)
            return NULL
        return self.feel(value, node, what, line)

    def refuse_language(self, node: str, what: tuple[str, str], language: str, line: int | None) -> None:
        """Record that an expression is in a language that is not executed."""
        self.refuse(
            node,
            "language",
            f"{what[0]}: язык {language} не поддерживается, используйте FEEL",
            f"{what[1]}: the language {language} is not supported, use FEEL",
            line,
        )

    def python(self, value: str, node: str, what: tuple[str, str], line: int | None = None) -> Expression:
        """Compile a Python expression for the sandbox."""
        return self._compiled(compile_python, value, node, what, line)

    def number(
        self, value: str | None, node: str, what: tuple[str, str], line: int | None = None
    ) -> Expression | None:
        """Compile a number or an expression that gives one."""
        return self.variable(value, node, what, line)

    def parameter(self, raw: RawParam, node: str, name: str, line: int | None = None) -> Param:
        """Compile an input or output parameter."""
        what = (f"Параметр {name}", f"The parameter {name}")
        if raw.kind == "list":
            return Param("list", items=tuple(self.parameter(item, node, name, line) for item in raw.items))
        if raw.kind == "map":
            return Param(
                "map",
                entries=tuple((key, self.parameter(item, node, name, line)) for key, item in raw.entries),
            )
        if raw.kind == "python":
            return Param("value", self._compiled(compile_python, raw.text, node, what, line))
        if raw.kind == "script":
            if raw.script_format.strip().lower() == "feel":
                return Param("value", self._compiled(compile_feel, raw.text, node, what, line))
            self.refuse(
                node,
                "parameter_script",
                f"Параметр {name}: скрипт {raw.script_format} не выполняется, используйте FEEL",
                f"The parameter {name}: a {raw.script_format} script is not executed, use FEEL",
                line,
            )
            return Param("value", NULL)
        return Param("value", self.text(raw.text, node, what, line))

    def timer(self, event: EventDef, node: Node) -> Timer | None:
        """Compile a timer and check the text of a literal one."""
        what = ("Таймер", "The timer")
        if event.timer_kind not in ("date", "duration", "cycle") or event.body is None:
            self.refuse(
                node.id,
                "timer_empty",
                "У таймера должно быть ровно одно из: дата, длительность, повторение",
                "A timer needs exactly one of date, duration or cycle",
                event.line,
            )
            return None
        expression = self.text(event.body, node.id, what, event.line)
        assert expression is not None
        if expression.language == "literal" and expression is not NULL:
            try:
                self.check_timer(event.timer_kind, expression.source)
            except timers.TimerUnreadable:
                refused = self._as_feel(event, node, expression)
                if refused is None:
                    return None
                expression = refused
        return Timer(event.timer_kind, expression)

    def _as_feel(self, event: EventDef, node: Node, expression: Expression) -> Expression | None:
        """A timer's text that is no ISO 8601 may be quoted text or a variable name."""
        source = expression.source.strip()
        if source[:1] == source[-1:] == '"' and len(source) > 1:
            try:
                self.check_timer(event.timer_kind or "", source[1:-1])
                return Expression(source[1:-1], "literal", frozenset())
            except timers.TimerUnreadable:
                pass
        kinds = {
            "date": ("дата", "date"),
            "duration": ("длительность", "duration"),
            "cycle": ("повторение", "cycle"),
        }
        ru, en = kinds[event.timer_kind or "date"]
        self.refuse(
            node.id,
            "timer_text",
            f"Таймер: «{source}» — не {ru} по ISO 8601. Выражение начинают со знака =",
            f"The timer: {source!r} is not an ISO 8601 {en}. An expression begins with =",
            event.line,
        )
        return None

    @staticmethod
    def check_timer(kind: str, text: str) -> None:
        """Raise TimerUnreadable where the literal cannot be used."""
        if kind == "date":
            timers.parse_date(text)
        elif kind == "duration":
            if not timers.parse_duration(text).positive and text.strip() not in (
                "PT0S",
                "P0D",
                "PT0M",
                "PT0H",
            ):
                raise timers.TimerUnreadable(kind, text)
        else:
            timers.parse_cycle(text)
