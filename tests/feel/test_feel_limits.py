"""Hostile expressions end with an error of a limit, by counting and not by luck of the clock."""

from collections.abc import Mapping

import pytest

from bpmn import feel
from bpmn.feel import FeelLimitError, Limits

#: Only counting ends an evaluation: the tests do not depend on the speed of the machine.
COUNTED = Limits(seconds=600)

DOUBLED = "{a: [1], b: [a,a,a,a,a,a,a,a], c: [b,b,b,b,b,b,b,b], d: [c,c,c,c,c,c,c,c], e: [d,d,d,d,d,d,d,d], "
DOUBLED += "f: [e,e,e,e,e,e,e,e], g: [f,f,f,f,f,f,f,f], h: [g,g,g,g,g,g,g,g], "

LONG = '{s: string join(for i in 1..9000 return "' + "x" * 100 + '"), '

HOSTILE = [
    ("(" * 3000 + "1" + ")" * 3000, "feel.limit.nesting"),
    ("[" * 3000, "feel.limit.nesting"),
    ("-" * 5000 + "1", "feel.limit.nesting"),
    ("if " * 3000, "feel.limit.nesting"),
    ("a" + ".b" * 5000, "feel.limit.nesting"),
    ("a" + "[1]" * 4000, "feel.limit.nesting"),
    ("f" + "(1)" * 4000, "feel.limit.nesting"),
    ("x in (" * 2000, "feel.limit.nesting"),
    ("1 = " * 2000 + "1", "feel.limit.nesting"),
    ("{a:" * 2000, "feel.limit.nesting"),
    ("x instance of " + "list<" * 2000, "feel.limit.nesting"),
    ("1" + " " * 20_000, "feel.limit.source"),
    ("for i in 1..1000000000 return i", "feel.limit.steps"),
    ("for i in 1..1000, j in 1..1000, k in 1..1000 return 1", "feel.limit.steps"),
    ("every i in 1..1e30 satisfies i > 0", "feel.limit.steps"),
    ("count([1..1e9][1]) + count(for i in [1..1e9] return i)", "feel.limit.steps"),
    ("(function(f) f(f))(function(f) f(f))", "feel.limit.depth"),
    ('matches("' + "a" * 40 + '!", "^(a+)+$")', "feel.limit.steps"),
    ('matches("' + "a" * 4000 + '", "(a|a)*b")', "feel.limit.steps"),
    ('matches("' + "a" * 4000 + '", "a*a*a*a*a*b")', "feel.limit.steps"),
    ('replace("' + "a" * 4000 + '", "(.*)(.*)(.*)(.*)x", "$1")', "feel.limit.steps"),
    ('split("' + "ab" * 4000 + '", "(?:a|b)+c")', "feel.limit.steps"),
    (
        '{a: "' + "x" * 100 + '", b: a+a+a+a+a+a+a+a, c: b+b+b+b+b+b+b+b, d: c+c+c+c+c+c+c+c, '
        "e: d+d+d+d+d+d+d+d, f: e+e+e+e+e+e+e+e}.f",
        "feel.limit.text",
    ),
    ('string join(for i in 1..20000 return "' + "x" * 100 + '")', "feel.limit.text"),
    (
        "{a: for i in 1..1000 return i, b: concatenate(a,a,a,a,a,a,a,a,a,a), c: concatenate(b,b,b,b,b,b,b,b,b,b,b)}",
        None,
    ),
    (DOUBLED + "r: h}.r", "feel.limit.items"),
    (DOUBLED + "r: string(h)}.r", "feel.limit.steps"),
    (DOUBLED + "h2: [g,g,g,g,g,g,g,g], r: h = h2}.r", "feel.limit.steps"),
    (DOUBLED + "r: flatten(h)}.r", "feel.limit.steps"),
    ("for i in 1..300 return partial", "feel.limit.items"),
    ("sort(for i in 1..20000 return -i, function(a, b) a < b)", "feel.limit.steps"),
    ("distinct values(for i in 1..5000 return [i])", "feel.limit.steps"),
    (LONG + "r: for i in 1..1000 return s}.r", "feel.limit.text"),
    (LONG + "r: for i in 1..1000 return substring(s, 2)}.r", "feel.limit.steps"),
    (LONG + 'r: for i in 1..1000 return substring after(s, "x")}.r', "feel.limit.steps"),
    (LONG + 'r: for i in 1..1000 return substring before(s, "y")}.r', "feel.limit.steps"),
    (LONG + "r: for i in 1..1000 return trim(s)}.r", "feel.limit.steps"),
    ('for i in 1..3000 return matches("a", "a" + string(i) + "' + "(a|b)*" * 100 + '")', "feel.limit.steps"),
]


@pytest.mark.parametrize(("source", "code"), HOSTILE, ids=lambda value: str(value)[:40])
def test_a_hostile_expression_ends_at_a_limit(source, code):
    with pytest.raises(FeelLimitError) as caught:
        feel.compile(source).evaluate({}, limits=COUNTED)

    assert code is None or caught.value.code == code
    assert caught.value.message("ru") != caught.value.message("en")


HARMLESS = [
    ("10 ** 10 ** 10", True),
    ("1.1 ** 99999999999999999999", False),
    ("exp(1e30)", False),
    ("1e6000 - 1e-6000", True),
    ("decimal(1e6000, 6176)", True),
    ("modulo(1e6000, 3)", False),
    ('duration("P' + "9" * 9000 + 'D")', False),
    ('number("' + "9" * 9000 + '")', False),
    ('number("1e99999999999")', False),
    ('matches("a", "(((a{900}){900}){900})")', False),
    ('matches("a", "' + "(" * 500 + '")', False),
    ('matches("' + "a" * 4000 + '", "^a+$")', True),
    ('string length(replace("' + "a" * 4000 + '", "a", "bb"))', True),
    ("1" + "+1" * 4000, True),
    ("true" + " and true" * 1500, True),
    ("f(a" + " " * 16_000 + "b)", False),
]


@pytest.mark.parametrize(("source", "has_value"), HARMLESS, ids=lambda value: str(value)[:40])
def test_large_work_that_is_cheap_is_done(source, has_value):
    assert (feel.compile(source).evaluate({}, limits=COUNTED) is not None) is has_value


def test_unfinished_brackets_of_a_range_do_not_double_the_work():
    with pytest.raises(feel.FeelError):
        feel.compile("[1..[" * 49)


def test_the_caller_sets_the_limits():
    expression = feel.compile("for i in 1..100 return i")

    assert len(expression.evaluate({})) == 100
    with pytest.raises(FeelLimitError, match="more than 50 steps"):
        expression.evaluate({}, limits=Limits(steps=50))
    with pytest.raises(FeelLimitError, match="longer than 10 items"):
        expression.evaluate({}, limits=Limits(items=10))
    with pytest.raises(FeelLimitError, match="ran longer than"):
        feel.compile("for i in 1..30000 return i").evaluate({}, limits=Limits(seconds=0.0))


def test_a_function_of_another_evaluation_spends_the_limits_of_its_caller():
    function = feel.evaluate("function(n) for i in 1..n return missing", {})
    expression = feel.compile("f(10)")

    result = expression.run({"f": function})

    assert result.value == [None] * 10
    assert result.reasons == ["there is no variable 'missing'"] * 10
    with pytest.raises(FeelLimitError):
        expression.evaluate({"f": function}, limits=Limits(steps=10))


class _Watched(Mapping):
    def __init__(self, values):
        self.values_of, self.read = values, []

    def __getitem__(self, key):
        self.read.append(key)
        return self.values_of[key]

    def __iter__(self):
        raise AssertionError("the context was walked through")

    def __len__(self):
        raise AssertionError("the context was counted")


def test_only_the_names_of_an_expression_are_read():
    context = _Watched({"total": 120, "huge": [0] * 1000, "order": {"x": 1}})
    expression = feel.compile("total > 100 and order.x = 1")

    assert expression.evaluate(context) is True
    assert set(context.read) == expression.names == {"total", "order"}


NAMES = [
    ("1 + 1", set()),
    ("a + b.c", {"a", "b"}),
    ("for x in list return x + y", {"list", "y"}),
    ("{a: b, c: a}", {"b"}),
    ("function(p) p + q", {"q"}),
    ("orders[price > limit]", {"orders", "price", "limit"}),
    ("count(orders)", {"orders"}),
    ("моя функция(1)", {"моя функция"}),
    ("some x in a satisfies x in b", {"a", "b"}),
]


@pytest.mark.parametrize(("source", "names"), NAMES)
def test_an_expression_knows_the_variables_that_it_may_read(source, names):
    assert feel.compile(source).names == names


def test_an_expression_is_compiled_once():
    assert feel.compile("a + 41") is feel.compile("a + 41", names=["plain"])
    assert feel.compile("a-b") is not feel.compile("a-b", names=["a-b"])
