"""Errors say where, what was expected and what stands there, in both languages; nulls say why."""

import pytest

from bpmn import feel
from bpmn.feel.messages import CONSTRUCTS, EXPECTED, MESSAGES

SYNTAX = [
    ("", 1, 1, "an expression", "the end of the expression"),
    ("1 +", 1, 4, "an expression", "the end of the expression"),
    ("1 +\n  * 2", 2, 3, "an expression", "'*'"),
    ("(1", 1, 3, "')'", "the end of the expression"),
    ("[1, 2", 1, 6, "']'", "the end of the expression"),
    ('"open', 1, 6, "a closing quote", "the end of the expression"),
    ("if a then b", 1, 12, "'else'", "the end of the expression"),
    ("for x [1] return x", 1, 5, "a name", "'x'"),
    ("some x in [1] return x", 1, 15, "'satisfies'", "'return'"),
    ("{a 1}", 1, 2, "a name", "'a'"),
    ("a )", 1, 3, "an operator or the end of the expression", "')'"),
    ("1 5", 1, 3, "an operator or the end of the expression", "'5'"),
    ('@"2024-13-01"', 1, 2, "a date, time or duration after @", "'2024-13-01'"),
    ("/* open", 1, 1, "'*/'", "'/'"),
    ("x instance of", 1, 14, "the name of a type", "the end of the expression"),
    ("f(a: 1, 2)", 1, 9, "a name", "'2'"),
    ("then", 1, 1, "an expression", "'then'"),
    ("a = = b", 1, 5, "an expression", "'='"),
    ("5 in", 1, 5, "an expression", "the end of the expression"),
]


@pytest.mark.parametrize(("source", "line", "column", "expected", "found"), SYNTAX)
def test_a_syntax_error_says_where_and_what(source, line, column, expected, found):
    with pytest.raises(feel.FeelSyntaxError) as caught:
        feel.compile(source)

    error = caught.value
    assert (error.line, error.column, error.source) == (line, column, source)
    assert str(error) == f"line {line}, column {column}: expected {expected}, found {found}"
    assert error.code == "feel.syntax"


def test_a_syntax_error_reads_in_russian():
    with pytest.raises(feel.FeelSyntaxError) as caught:
        feel.compile("сумма > ")

    assert caught.value.message("ru") == "строка 1, столбец 9: ожидается выражение, а здесь конец выражения"


REASONS = [
    ("missing", "name.unknown", "there is no variable 'missing'", "нет переменной «missing»"),
    (
        "{a: 1}.b",
        "path.unknown",
        "a value of type context has no component 'b'",
        "у значения типа context нет компонента «b»",
    ),
    ('1 + "a"', "operator.types", "'+' does not work on the types number and string", None),
    ('1 < "a"', "operator.types", "'<' does not work on the types number and string", None),
    ("1 / 0", "number.division_by_zero", "division by zero", "деление на ноль"),
    (
        "[1][5]",
        "filter.index",
        "there is no item 5: the list has 1",
        "нет элемента с номером 5: всего в списке 1",
    ),
    ("foo(1)", "function.unknown", "there is no function 'foo'", "нет функции «foo»"),
    (
        "abs()",
        "function.count",
        "abs cannot be called with 0 arguments",
        "abs нельзя вызвать с 0 аргументами",
    ),
    ('abs("x")', "function.argument", "abs: the argument 'n' cannot be of type string", None),
    (
        "[3..1]",
        "range.invalid",
        "there is no range from 3 to 1: its start must come first and be of the same type",
        None,
    ),
    (
        "if 1 then 2 else null",
        "condition.type",
        "a condition must give true or false, not a value of type number",
        None,
    ),
    ("1 instance of foo", "type.unknown", "there is no type 'foo'", "нет типа «foo»"),
]


@pytest.mark.parametrize(("source", "code", "english", "russian"), REASONS)
def test_a_null_says_why(source, code, english, russian):
    result = feel.compile(source).run({})

    assert result.value is None
    assert result.reasons == [english]
    assert result.reasons[0].code == code
    assert result.reasons[0].message("ru") == (russian or result.reasons[0].message("ru")) != english


def test_a_value_without_nulls_has_no_reasons():
    assert feel.compile("1 + 1").run({}).reasons == []


def test_reasons_are_bounded():
    result = feel.compile("for i in 1..1000 return missing").run({})

    assert len(result.reasons) == 20


def test_every_text_exists_in_both_languages():
    for english, russian in [*MESSAGES.values(), *EXPECTED.values(), *CONSTRUCTS.values()]:
        assert english.count("{") == russian.count("{")
        assert any("а" <= letter <= "я" for letter in russian) or russian in ("'*/'", "{name}: {problem}")


def test_a_value_that_feel_does_not_know_is_an_error_with_its_type():
    with pytest.raises(feel.FeelError, match="Python type object"):
        feel.evaluate("a", {"a": object()})


def test_an_unused_value_is_not_even_looked_at():
    assert feel.evaluate("b", {"a": object(), "b": 1}) == 1


def test_host_functions_get_variables_and_their_failures_become_null():
    calls = []

    def double(value):
        calls.append(value)
        return value * 2.5

    def fail(value):
        raise ValueError("out of stock")

    functions = {"double it": double, "fail": fail}

    result = feel.compile("[double it(2), fail(1)]", names=["double it"]).run({}, functions=functions)

    assert feel.to_variable(result.value) == [5, None]
    assert calls == [2]
    assert type(calls[0]) is int
    assert result.reasons == ["fail: out of stock"]


def test_a_host_function_with_declared_parameters_is_called_by_name():
    rate = feel.host_function("rate", lambda amount, years: amount / years, ["amount", "years"])

    assert feel.evaluate("rate(years: 4, amount: 10)", {}, functions={"rate": rate}) == 2.5
    assert feel.evaluate("rate(years: 4, sum: 10)", {}, functions={"rate": rate}) is None
    assert feel.evaluate("{f: abs, r: f(n: -2)}.r", {}) == 2


def test_a_host_function_comes_before_the_builtin_of_its_name():
    assert feel.evaluate("today()", {}, functions={"today": lambda: "now"}) == "now"
