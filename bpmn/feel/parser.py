"""The grammar of FEEL (DMN 1.5 §10.3.1.2) by recursive descent: text in, syntax tree out.

Reading is bounded: the length of the source, the depth of nesting and the number
of parts are limited, so hostile text ends in an error soon.
"""

import re
from collections.abc import Callable, Iterable

from bpmn.feel import syntax
from bpmn.feel.errors import FeelLimitError, FeelSyntaxError
from bpmn.feel.names import BLANK, NAME_PART, NAME_START, Scope
from bpmn.feel.syntax import Node
from bpmn.feel.type_reader import KEY, MAX_NESTING, NAME_TEXT, TypeReader

_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_LEVELS: tuple[tuple[str, ...], ...] = (("**",), ("*", "/"), ("+", "-"))
_PRECEDENCE = frozenset(["**", "*", "/", "+", "-"])
_VARIABLE_WORD = f"[{NAME_PART}.+*/'-]++"
_PARAMETER = re.compile(f"({NAME_TEXT})(?=[:,)])")
_VARIABLE = re.compile(
    f"((?=[{NAME_START}]){_VARIABLE_WORD}(?:[{BLANK}]++(?!in(?![{NAME_PART}])){_VARIABLE_WORD})*+)"
    f"[{BLANK}]++in(?![{NAME_PART}])"
)

#: Names of the language that hold a keyword; they are names only before a parenthesis.
_FUNCTIONS = Scope(("date and time", "years and months duration", "get or else"))


def parse_expression(source: str, names: Iterable[str] = ()) -> Node:
    """Return the tree of one expression.

    Raises:
        FeelSyntaxError, FeelLimitError: it is not FEEL; it is too long or nested too deep.
    """
    return _Parser(source, names).whole(lambda parser: parser.expression())


def parse_unary_tests(source: str, names: Iterable[str] = ()) -> Node:
    """Return the tree of unary tests: ``-``, ``not(…)`` or tests with commas between them.

    Raises:
        FeelSyntaxError, FeelLimitError: as for an expression.
    """
    return _Parser(source, names).whole(lambda parser: parser.unary_tests())


class _Parser(TypeReader):
    def __init__(self, source: str, names: Iterable[str]) -> None:
        super().__init__(source, names)
        self._parts = 0

    def whole(self, read: Callable[["_Parser"], Node]) -> Node:
        """Return what *read* reads, and make sure that nothing follows it."""
        tree = read(self)
        if not self.at_end():
            self.fail("operator")
        return tree

    # -- expressions, from the loosest operator to the tightest ---------------------------------

    def expression(self) -> Node:
        """Read a whole expression."""
        self.enter()
        outer, self.in_range_end = self.in_range_end, False
        tree = self._disjunction()
        self.in_range_end = outer
        self.depth -= 1
        return tree

    def _disjunction(self) -> Node:
        operands = [self._conjunction()]
        while self.accept_word("or"):
            operands.append(self._conjunction())
        return operands[0] if len(operands) == 1 else syntax.Logic("or", tuple(operands))

    def _conjunction(self) -> Node:
        operands = [self._comparison()]
        while self.accept_word("and"):
            operands.append(self._comparison())
        return operands[0] if len(operands) == 1 else syntax.Logic("and", tuple(operands))

    def _comparison(self) -> Node:
        left = self._arithmetic()
        comparisons = 0
        while True:
            comparisons += 1
            if comparisons > MAX_NESTING:
                raise FeelLimitError("feel.limit.nesting", limit=MAX_NESTING)
            symbol = self.symbol()
            if symbol in _COMPARISONS:
                self.position += len(symbol)
                left = syntax.Binary(symbol, left, self._arithmetic())
            elif symbol == "b" and self.accept_word("between"):
                low = self._arithmetic()
                self.expect_word("and")
                left = syntax.Between(left, low, self._arithmetic())
            elif symbol == "i" and self.accept_word("in"):
                left = syntax.In(left, self._tests_after_in())
            else:
                return left

    def _arithmetic(self) -> Node:
        operands = [self._negation()]
        operators: list[str] = []
        while (symbol := self.symbol()) in _PRECEDENCE:
            self.position += len(symbol)
            operators.append(symbol)
            operands.append(self._negation())
        for level in _LEVELS:
            if not operators:
                break
            operands, operators = _fold(operands, operators, level)
        return operands[0]

    def _negation(self) -> Node:
        signs = 0
        while self.accept("-"):
            signs += 1
        if signs > MAX_NESTING:
            raise FeelLimitError("feel.limit.nesting", limit=MAX_NESTING)
        if signs:
            self.skip_blanks()
            number = self.read_number()
            if number is not None:
                tree = self._postfix(syntax.Literal(-number))
                signs -= 1
            else:
                tree = self._postfix(self._primary())
            for _ in range(signs):
                tree = syntax.Negation(tree)
            return tree
        return self._postfix(self._primary())

    def _postfix(self, base: Node) -> Node:
        links = 0
        while True:
            links += 1
            if links > MAX_NESTING:
                raise FeelLimitError("feel.limit.nesting", limit=MAX_NESTING)
            symbol = self.symbol()
            if symbol == ".":
                self.position += 1
                base = syntax.Path(base, self.read_name(self.scope, component=True))
            elif symbol == "[":
                condition = self._filter_condition()
                if condition is None:
                    return base
                base = syntax.Filter(base, condition)
            elif symbol == "(":
                base = self._invocation(base)
            elif symbol == "i" and self.accept_word("instance"):
                self.expect_word("of")
                base = syntax.InstanceOf(base, self.type_reference())
            else:
                return base

    def _filter_condition(self) -> Node | None:
        """Read ``[condition]``; None when the bracket rather closes the range that is being read."""
        start = self.position

        def read() -> Node:
            self.expect("[")
            condition = self.expression()
            self.expect("]")
            if in_range_end and self.symbol() not in ("]", ")", "[", ".", "+", "-", "*", "/", "**"):
                self.fail("']'")
            return condition

        in_range_end = self.in_range_end
        if not in_range_end:
            return read()
        condition = self.attempt(read)
        if condition is None:
            self.position = start
        return condition

    # -- primary expressions ---------------------------------------------------------------------

    def _primary(self) -> Node:
        self._parts += 1
        if self._parts > len(self.source) * 4 + 100:
            raise FeelLimitError("feel.limit.nesting", limit=MAX_NESTING)
        symbol = self.symbol()
        if symbol == '"':
            return syntax.Literal(self.read_string())
        if symbol in ("(", "[", "]"):
            return self._bracketed(symbol)
        if symbol == "{":
            return self._context()
        if symbol == "@":
            return syntax.Literal(self.read_temporal())
        number = self.read_number()
        if number is not None:
            return syntax.Literal(number)
        word = self.word()
        if not word:
            self.fail("expression")
        return self._word(word)

    def _word(self, word: str) -> Node:
        if self.scope.match(self.source, self.position, word) is None:
            known = _FUNCTIONS.match(self.source, self.position, word)
            if known is not None:
                start, self.position = self.position, known[1]
                if self.symbol() == "(":
                    return syntax.Name(known[0])
                self.position = start
            if word in _CONSTANTS:
                self.position += len(word)
                return syntax.Literal(_CONSTANTS[word])
            read = KEYWORD_READERS.get(word)
            if read is not None:
                self.position += len(word)
                return read(self)
        start = self.position
        try:
            return syntax.Name(self.read_name(self.scope))
        except FeelSyntaxError:
            self.fail("expression", start)

    def _bracketed(self, opening: str) -> Node:
        """Read a list, a range or a parenthesised expression."""
        self.position += 1
        if opening == "[" and self.accept("]"):
            return syntax.ListLiteral(())
        if opening == "(" and self.symbol() in _COMPARISONS:
            test = self._operator_test()
            self.expect(")")
            return test
        first = self.expression()
        if self.accept(".."):
            return self._range_from(opening, first)
        if opening == "]":
            self.fail("'..'")
        if opening == "(":
            self.expect(")")
            return first
        items = [first]
        while self.accept(","):
            items.append(self.expression())
        self.expect("]")
        return syntax.ListLiteral(tuple(items))

    def _range_from(self, opening: str, start: Node) -> Node:
        outer, self.in_range_end = self.in_range_end, True
        end = self._arithmetic()
        self.in_range_end = outer
        closing = self.symbol()
        if closing not in ("]", ")", "["):
            self.fail("']'")
        self.position += 1
        return syntax.RangeLiteral(start, end, opening == "[", closing == "]")

    def _context(self) -> Node:
        self.expect("{")
        entries: list[tuple[str, Node]] = []
        outer, self.scope = self.scope, Scope(parent=self.scope)
        while not (not entries and self.symbol() == "}"):
            key = self.read_string()
            if key is None:
                key = self.binding(KEY)
            else:
                self.expect(":")
            entries.append((key, self.expression()))
            self.scope.add(key)
            if not self.accept(","):
                break
        self.scope = outer
        self.expect("}")
        return syntax.ContextLiteral(tuple(entries))

    def _invocation(self, function: Node) -> Node:
        self.expect("(")
        if self.accept(")"):
            return syntax.Call(function, ())
        self.skip_blanks()
        if KEY.match(self.source, self.position):
            named: list[tuple[str, Node]] = []
            while True:
                name = self.binding(KEY)
                named.append((name, self.expression()))
                if not self.accept(","):
                    break
            self.expect(")")
            return syntax.NamedCall(function, tuple(named))
        arguments = [self.expression()]
        while self.accept(","):
            arguments.append(self.expression())
        self.expect(")")
        return syntax.Call(function, tuple(arguments))

    # -- expressions that start with a keyword -----------------------------------------------------

    def _if(self) -> Node:
        condition = self.expression()
        self.expect_word("then")
        then = self.expression()
        self.expect_word("else")
        return syntax.If(condition, then, self.expression())

    def _for(self) -> Node:
        outer = self.scope
        iterators = self._iterators()
        self.expect_word("return")
        body = self.expression()
        self.scope = outer
        return syntax.For(iterators, body)

    def _quantified(self, kind: str) -> Node:
        outer = self.scope
        iterators = self._iterators()
        self.expect_word("satisfies")
        condition = self.expression()
        self.scope = outer
        return syntax.Quantified(kind, iterators, condition)

    def _iterators(self) -> tuple[tuple[str, Node], ...]:
        self.scope = Scope(parent=self.scope)
        iterators: list[tuple[str, Node]] = []
        while True:
            name = self.binding(_VARIABLE)
            domain = self.expression()
            if self.accept(".."):
                domain = syntax.Span(domain, self.expression())
            iterators.append((name, domain))
            self.scope.add(name)
            if not self.accept(","):
                return tuple(iterators)

    def _function(self) -> Node:
        self.expect("(")
        outer, self.scope = self.scope, Scope(parent=self.scope)
        parameters: list[tuple[str, syntax.TypeRef | None]] = []
        while not (not parameters and self.symbol() == ")"):
            name = self.binding(_PARAMETER)
            parameters.append((name, self.type_reference() if self.accept(":") else None))
            self.scope.add(name)
            if not self.accept(","):
                break
        self.expect(")")
        if self.accept_word("external"):
            self.expression()
            body: Node = syntax.External()
        else:
            body = self.expression()
        self.scope = outer
        return syntax.FunctionLiteral(tuple(parameters), body)

    # -- tests -------------------------------------------------------------------------------------

    def _operator_test(self) -> Node:
        symbol = self.symbol()
        self.position += len(symbol)
        return syntax.OperatorRange(symbol, self._arithmetic())

    def _test(self) -> Node:
        if self.symbol() in _COMPARISONS:
            return self._operator_test()
        return self.expression()

    def _tests(self) -> tuple[Node, ...]:
        tests = [self._test()]
        while self.accept(","):
            tests.append(self._test())
        return tuple(tests)

    def _tests_after_in(self) -> tuple[Node, ...]:
        if self.symbol() in _COMPARISONS:
            return (self._operator_test(),)
        if self.symbol() != "(":
            return (self._arithmetic(),)
        group = self.attempt(self._test_group)
        if group is not None:
            return group
        return (self._arithmetic(),)

    def _test_group(self) -> tuple[Node, ...]:
        self.expect("(")
        tests = self._tests()
        self.expect(")")
        if self.symbol() in ("[", ".", "+", "-", "*", "/", "**", ".."):
            self.fail("operator")
        return tests

    def unary_tests(self) -> Node:
        """Read unary tests up to the end."""
        start = self.position
        if self.accept("-") and self.at_end():
            return syntax.AnyInput()
        self.position = start
        if self.accept_word("not"):
            negated = self.attempt(self._negated_tests)
            if negated is not None:
                return negated
            self.position = start
        if self.at_end():
            self.fail("unary tests")
        return syntax.UnaryTests(self._tests())

    def _negated_tests(self) -> Node:
        self.expect("(")
        tests = self._tests()
        self.expect(")")
        if not self.at_end():
            self.fail("end")
        return syntax.UnaryTests(tests, negated=True)


def _fold(operands: list[Node], operators: list[str], level: tuple[str, ...]) -> tuple[list[Node], list[str]]:
    """Join the operands between operators of *level* into chains; return what is left for looser levels."""
    joined: list[Node] = []
    left: list[str] = []
    first, rest = operands[0], list[tuple[str, Node]]()
    for operator, operand in zip(operators, operands[1:], strict=True):
        if operator in level:
            rest.append((operator, operand))
            continue
        joined.append(syntax.Chain(first, tuple(rest)) if rest else first)
        left.append(operator)
        first, rest = operand, []
    joined.append(syntax.Chain(first, tuple(rest)) if rest else first)
    return joined, left


_CONSTANTS = {"null": None, "true": True, "false": False}
KEYWORD_READERS: dict[str, Callable[[_Parser], Node]] = {
    "if": _Parser._if,
    "for": _Parser._for,
    "some": lambda parser: parser._quantified("some"),
    "every": lambda parser: parser._quantified("every"),
    "function": _Parser._function,
}
