"""JUEL is translated where FEEL means the same, and refused by name where it does not."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bpmn import feel
from bpmn.feel import juel

CONTEXT = {
    "a": 5,
    "none": None,
    "name": "Анна",
    "list": [10, 20],
    "map": {"k": {"z": 3}, "x-y": 1},
    "yes": True,
    "no": False,
    "blank": "",
    "price": 19.9,
    "digits": "150",
    "flag": "True",
}

VALUES = [
    ("${a}", 5),
    ("#{a}", 5),
    ("  ", "  "),
    ("plain text", "plain text"),
    ("Hello ${name}!", "Hello Анна!"),
    ("${a}-${name}", "5-Анна"),
    ("[${none}]", "[]"),
    (r"\${a}", "${a}"),
    ("${a > 3}", True),
    ("${a gt 3 && a le 5}", True),
    ("${a == 5}", True),
    ("${a eq 5 and name ne 'Анна'}", False),
    ("${name != 'x'}", True),
    ("${a == 'x'}", False),
    ("${a != 'x'}", True),
    ("${none == null}", True),
    ("${a != null}", True),
    ("${none > 1}", False),
    ("${!yes}", False),
    ("${!none}", True),
    ("${not yes || no}", False),
    ("${yes && !no}", True),
    ("${none && yes}", False),
    ("${empty blank}", True),
    ("${empty list}", False),
    ("${not empty none}", False),
    ("${yes ? 'x' : \"y\"}", "x"),
    ("${no ? 1 : yes ? 2 : 3}", 2),
    ("${1 + 2 * 3 - 4 / 2}", 5),
    ("${7 % 3}", 1),
    ("${-7 mod 3}", -1),
    ("${7 div 2}", Decimal("3.5")),
    ("${price * 3}", Decimal("59.7")),
    ("${-a}", -5),
    ("${1.5e2}", 150),
    ("${10L}", 10),
    ("${list[0]}", 10),
    ("${list[a - 4]}", 20),
    ("${list[2]}", None),
    ("${map.k.z}", 3),
    ("${map['k'].z}", 3),
    ('${map["x-y"]}', 1),
    ("${list.contains(20)}", True),
    ("${name.contains('нн')}", True),
    ("${list.size() == 2}", True),
    ("${list.isEmpty()}", False),
    ("${list.get(1)}", 20),
    ("${map.containsKey('k')}", True),
    ("${map.getK().z}", 3),
    ("${name.equals('Анна')}", True),
    ("${name.equalsIgnoreCase('АННА')}", True),
    ("${name.startsWith('А') and name.endsWith('а')}", True),
    ("${name.toUpperCase()}", "АННА"),
    ("${name.length()}", 4),
    ("${name.substring(1)}", "нна"),
    ("${name.substring(1, 2)}", "н"),
    ("${name.indexOf('а')}", 3),
    ("${' x '.trim()}", "x"),
    ("${a.toString()}", "5"),
    ("${a.size()}", None),
    ("${map.prop('k').prop('z').numberValue()}", 3),
    ("${digits == 150}", True),
    ("${digits > 100}", True),
    ("${'9' > 10}", False),
    ("${'9' > '10'}", True),
    ("${digits + 1}", 151),
    ("${none + 1}", 1),
    ("${-digits}", -150),
    ("${digits % 100}", 50),
    ("${'x' > 1}", False),
    ("${'x' == 1}", False),
    ("${none <= none}", True),
    ("${none < none}", False),
    ("${flag && yes}", True),
    ("${flag == true}", True),
    ("${!flag}", False),
    ("${flag ? 1 : 2}", 1),
    ("${blank || none}", False),
    ("${a && yes}", False),
    ("${name + 1}", None),
    ("${1 / 0}", None),
    ("${1 % 0}", None),
    ("${execution.getVariable('a') > 3}", True),
    ("${execution.hasVariable('none')}", False),
    ("${now()}", datetime(2026, 3, 5, tzinfo=UTC)),
    (r"${'it\'s'}", "it's"),
    ("${true}", True),
    ("${'a}b'}", "a}b"),
]


@pytest.mark.parametrize(("source", "expected"), VALUES)
def test_an_expression_means_what_it_means_in_java(source, expected):
    value = juel.compile(source).evaluate(CONTEXT, now=datetime(2026, 3, 5, tzinfo=UTC))

    assert feel.to_variable(value) == expected
    assert type(feel.to_variable(value)) is type(expected)


REFUSED = [
    ("${bean.call(a)}", "the method call()", "метод call()"),
    ("${dateTime()}", "the function dateTime()", "функция dateTime()"),
    ("${fn:length(list)}", "the function fn:length()", "функция fn:length()"),
    ("${execution.id}", "'execution.id' is an object of the Java engine", None),
    ("${task.assignee}", "'task' is an object of the Java engine", None),
    ("${a = 3}", "the operator '='", "оператор «=»"),
    ("${a += 3}", "the operator '+='", None),
    ("${x -> x}", "the operator '->'", None),
    ("${a instanceof b}", "the operator 'instanceof'", None),
    ("${a", "it ends too early", "оно оборвано"),
    ("${}", "there is nothing between the braces", None),
    ("${a b}", "unexpected 'b'", None),
    ("${a ? b}", "unexpected '}'", None),
    ("${" + "(" * 500 + "a", "it is too long or nested too deep", None),
    ("${" + "!" * 500 + "a}", "it is too long or nested too deep", None),
    ("${a" + ".b" * 500 + "}", "it is too long or nested too deep", None),
    ("${1" + "+1" * 500 + "}", "it is too long or nested too deep", None),
    ("${" + "a" * 20_000 + "}", "it is too long or nested too deep", None),
]


@pytest.mark.parametrize(("source", "english", "russian"), REFUSED, ids=lambda value: str(value)[:40])
def test_what_cannot_be_translated_is_named(source, english, russian):
    with pytest.raises(juel.JuelNotTranslatable) as caught:
        juel.compile(source)

    assert english in str(caught.value)
    assert caught.value.message("ru").startswith("выражение JUEL")
    assert russian is None or russian in caught.value.message("ru")


def test_a_missing_variable_is_an_error_as_in_java():
    with pytest.raises(feel.FeelError, match="there is no variable 'missing'") as caught:
        juel.compile("${missing == null}").evaluate({})

    assert caught.value.code == "juel.name"


def test_the_variables_of_an_expression_are_known():
    assert juel.compile("${a > b.c && execution.getVariable('d')} ${e}").names == {"a", "b", "d", "e"}
