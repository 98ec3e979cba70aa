"""JUEL (``${…}``, ``#{…}``) by translation to FEEL where both mean the same, refused by name where not.

What stays as JUEL has it: positions count from 0; operators coerce strings and null as the module
``juel_operators`` says and comparisons give true or false, never null; a variable that is missing
is an error (``FeelError``, code ``juel.name``).  Numbers are exact decimals, not binary ones.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import NoReturn

from bpmn.feel import syntax
from bpmn.feel.errors import FeelError, render
from bpmn.feel.expression import Expression
from bpmn.feel.juel_methods import METHODS
from bpmn.feel.messages import CONSTRUCTS
from bpmn.feel.syntax import Node
from bpmn.feel.values import number
from bpmn.feel.wording import fill

_MAX_SOURCE = 16_384
_MAX_CACHED_SOURCE = 2000
_MAX_NESTING = 40
_MAX_CHAIN = 60

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)[lLdDfF]?(?![\w.])"
    r"|(?P<name>[^\W\d][\w$]*)"
    r"|(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<symbol>&&|\|\||==|!=|<=|>=|\+=|->|[-+*/%!<>=?:.,()\[\]{};]))",
    re.DOTALL,
)
_START = re.compile(r"\\([$#]\{)|[$#]\{")
_GETTER = re.compile(r"(?:get|is)([A-Z]\w*)")

_OR, _AND = ("||", "or"), ("&&", "and")
_EQUALITY = {"==": "=", "eq": "=", "!=": "!=", "ne": "!="}
_RELATION = {"<": "<", "lt": "<", ">": ">", "gt": ">", "<=": "<=", "le": "<=", ">=": ">=", "ge": ">="}
_SUM = {"+": "+", "-": "-"}
_PRODUCT = {"*": "*", "/": "/", "div": "/", "%": "%", "mod": "%"}
_CONSTANTS = {"true": True, "false": False, "null": None}
_ENGINE_OBJECTS = frozenset(("task", "delegateTask", "authenticatedUserId", "caseExecution", "externalTask"))
_TRUE, _FALSE = syntax.Literal(True), syntax.Literal(False)


class JuelNotTranslatable(FeelError):
    """The expression has a construct that FEEL has no equal of; *kind* is a key of ``messages.CONSTRUCTS``."""

    def __init__(self, source: str, kind: str, name: str = "") -> None:
        self.source, self.kind, self.name = source, kind, name
        super().__init__("juel.untranslatable", source=source, kind=kind, name=name)

    def message(self, language: str = "en") -> str:
        """Return which construct of which expression it is, in *language*: "ru" or "en"."""
        construct = fill(CONSTRUCTS[self.kind][language == "ru"], language, {"name": self.name})
        source = self.source if len(self.source) <= 200 else f"{self.source[:199]}…"
        return render(self.code, language, {"source": source, "construct": construct})


def compile(source: str) -> Expression:
    """Return the expression of *source*: one ``${…}`` gives its value, text around it a string.

    Raises:
        JuelNotTranslatable: naming the construct.
    """
    if len(source) > _MAX_SOURCE:
        raise JuelNotTranslatable(source, "length")
    return _compiled(source) if len(source) <= _MAX_CACHED_SOURCE else _compiled.__wrapped__(source)


@lru_cache(maxsize=1024)
def _compiled(source: str) -> Expression:
    try:
        return Expression(source, _template(source), kind="expression")
    except JuelNotTranslatable:
        raise
    except (FeelError, RecursionError):
        raise JuelNotTranslatable(source, "length") from None


def _template(source: str) -> Node:
    parts: list[Node] = []
    text, position = "", 0
    while (match := _START.search(source, position)) is not None:
        text += source[position : match.start()]
        position = match.end()
        if match.group(1):
            text += match.group(1)
            continue
        if text:
            parts.append(syntax.Literal(text))
        text = ""
        tree, position = _Parser(source, position).whole()
        parts.append(tree)
    text += source[position:]
    if text or not parts:
        parts.append(syntax.Literal(text))
    return parts[0] if len(parts) == 1 else syntax.Template(tuple(parts))


class _Parser:
    def __init__(self, source: str, position: int) -> None:
        self._source = source
        self._depth = 0
        self._position = position
        self._kind = self._value = ""
        self._advance()

    def whole(self) -> tuple[Node, int]:
        """Return the tree up to the closing brace, and the position after it."""
        if self._is_symbol("}"):
            self._refuse("empty")
        tree = self._ternary()
        if not self._is_symbol("}"):
            self._unexpected()
        return tree, self._position

    # -- tokens ----------------------------------------------------------------------------------------

    def _advance(self) -> str:
        previous = self._value
        match = _TOKEN.match(self._source, self._position)
        if match is None:
            rest = self._source[self._position :].strip()
            self._kind, self._value = ("end", "") if not rest else ("other", rest[0])
        else:
            self._kind = match.lastgroup or ""
            self._value = match.group(self._kind)
            self._position = match.end()
        return previous

    def _is_symbol(self, symbol: str) -> bool:
        return self._kind == "symbol" and self._value == symbol

    def _accept(self, *words: str) -> bool:
        if self._kind in ("symbol", "name") and self._value in words:
            self._advance()
            return True
        return False

    def _expect(self, symbol: str) -> None:
        if not self._accept(symbol):
            self._unexpected()

    def _refuse(self, kind: str, name: str = "") -> NoReturn:
        raise JuelNotTranslatable(self._source, kind, name)

    def _unexpected(self) -> NoReturn:
        if self._kind == "end":
            self._refuse("end")
        if self._value in ("=", "+=", "->", ";", "instanceof"):
            self._refuse("operator", self._value)
        self._refuse("syntax", self._value)

    # -- grammar (JSR 245, chapter 1.19) -----------------------------------------------------------------

    def _ternary(self) -> Node:
        self._depth += 1
        if self._depth > _MAX_NESTING:
            self._refuse("length")
        tree = self._disjunction()
        if self._accept("?"):
            then = self._ternary()
            self._expect(":")
            tree = syntax.If(syntax.JavaBoolean(tree), then, self._ternary())
        self._depth -= 1
        return tree

    def _disjunction(self) -> Node:
        operands = [self._conjunction()]
        while self._accept(*_OR):
            operands.append(self._conjunction())
        return (
            operands[0]
            if len(operands) == 1
            else syntax.Logic("or", tuple(map(syntax.JavaBoolean, operands)))
        )

    def _conjunction(self) -> Node:
        operands = [self._comparison(_EQUALITY)]
        while self._accept(*_AND):
            operands.append(self._comparison(_EQUALITY))
        return (
            operands[0]
            if len(operands) == 1
            else syntax.Logic("and", tuple(map(syntax.JavaBoolean, operands)))
        )

    def _comparison(self, operators: dict[str, str]) -> Node:
        operand: Callable[[], Node] = (
            (lambda: self._comparison(_RELATION)) if operators is _EQUALITY else (lambda: self._chain(_SUM))
        )
        left = operand()
        for _ in range(_MAX_CHAIN):
            if self._kind not in ("symbol", "name") or self._value not in operators:
                return left
            symbol = operators[self._advance()]
            left = syntax.JavaOperation(symbol, left, operand())
        self._refuse("length")

    def _chain(self, operators: dict[str, str]) -> Node:
        tree = self._chain_operand(operators)
        for _ in range(_MAX_CHAIN):
            if self._kind not in ("symbol", "name") or self._value not in operators:
                return tree
            symbol = operators[self._advance()]
            tree = syntax.JavaOperation(symbol, tree, self._chain_operand(operators))
        self._refuse("length")

    def _chain_operand(self, operators: dict[str, str]) -> Node:
        return self._chain(_PRODUCT) if operators is _SUM else self._unary()

    def _unary(self) -> Node:
        self._depth += 1
        if self._depth > _MAX_NESTING:
            self._refuse("length")
        if self._accept("!", "not"):
            tree: Node = syntax.If(syntax.JavaBoolean(self._unary()), _FALSE, _TRUE)
        elif self._accept("-"):
            tree = syntax.JavaMinus(self._unary())
        elif self._accept("empty"):
            tree = syntax.Empty(self._unary())
        else:
            tree = self._postfix(self._primary())
        self._depth -= 1
        return tree

    def _postfix(self, tree: Node) -> Node:
        for _ in range(_MAX_CHAIN):
            if self._accept("."):
                if self._kind != "name":
                    self._unexpected()
                name = self._advance()
                tree = self._method(tree, name) if self._is_symbol("(") else syntax.Path(tree, name)
            elif self._accept("["):
                tree = syntax.Element(tree, self._ternary())
                self._expect("]")
            else:
                return tree
        self._refuse("length")

    def _primary(self) -> Node:
        if self._kind == "number":
            return syntax.Literal(number(Decimal(self._advance())))
        if self._kind == "text":
            return syntax.Literal(re.sub(r"\\(.)", r"\1", self._advance()[1:-1], flags=re.DOTALL))
        if self._kind == "name":
            return self._name()
        if self._accept("("):
            tree = self._ternary()
            self._expect(")")
            return tree
        self._unexpected()

    def _name(self) -> Node:
        name = self._advance()
        if name in _CONSTANTS:
            return syntax.Literal(_CONSTANTS[name])
        if name == "execution":
            return self._execution()
        if name in _ENGINE_OBJECTS:
            self._refuse("object", name)
        if self._is_symbol("("):
            if name != "now":
                self._refuse("function", name)
            self._arguments()
            return syntax.Call(syntax.Name("now"), ())
        if self._is_symbol(":") and re.match(r"\s*\w+\s*\(", self._source[self._position :]):
            self._advance()
            self._refuse("function", f"{name}:{self._value}")
        return syntax.RequiredName(name)

    def _execution(self) -> Node:
        """``execution.getVariable("x")`` is the variable; the rest of that object is of the Java engine."""
        self._expect(".")
        method = self._advance()
        if method not in ("getVariable", "hasVariable") or not self._is_symbol("("):
            self._refuse("object", f"execution.{method}")
        arguments = self._arguments()
        name = (
            arguments[0].value if len(arguments) == 1 and isinstance(arguments[0], syntax.Literal) else None
        )
        if not isinstance(name, str):
            self._refuse("method", method)
        variable = syntax.Name(name)
        if method == "getVariable":
            return variable
        return syntax.If(syntax.Binary("=", variable, syntax.Literal(None)), _FALSE, _TRUE)

    def _method(self, base: Node, name: str) -> Node:
        arguments = self._arguments()
        getter = _GETTER.fullmatch(name)
        if name == "substring" and len(arguments) == 2:
            name = "substring/2"
        if name in METHODS:
            return syntax.Method(base, name, arguments)
        if getter is not None and not arguments:
            return syntax.Path(base, getter.group(1)[0].lower() + getter.group(1)[1:])
        self._refuse("method", name)

    def _arguments(self) -> tuple[Node, ...]:
        self._expect("(")
        arguments: list[Node] = []
        while not self._is_symbol(")"):
            arguments.append(self._ternary())
            if not self._accept(","):
                break
        self._expect(")")
        return tuple(arguments)
