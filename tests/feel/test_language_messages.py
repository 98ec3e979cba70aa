"""Every text of expressions, decisions and forms is whole in both languages: no place unfilled, no word of the other."""

import re

import pytest

from bpmn import dmn, feel
from bpmn.dmn.messages import MESSAGES as DECISIONS
from bpmn.feel.messages import CONSTRUCTS, EXPECTED, MESSAGES, PATTERNS
from bpmn.feel.regex import PatternError, compile_pattern
from bpmn.feel.wording import fill
from bpmn.forms.messages import TEXTS, say

LANGUAGES = ("en", "ru")
CATALOGUES = {
    "feel": MESSAGES,
    "juel": CONSTRUCTS,
    "pattern": PATTERNS,
    "expected": EXPECTED,
    "dmn": DECISIONS,
}
CODES = [(name, code) for name, catalogue in CATALOGUES.items() for code in catalogue]
PLACE = re.compile(r"(?<!\{)\{(\w+)(\|[^}]*)?(?:!r)?\}(?!\})")
COUNTS = (0, 1, 2, 5, 11, 21, 101, 1000)

#: What Russian texts say in Latin letters: names of standards, of keywords and of properties of a diagram.
LATIN = {
    "FEEL", "DMN", "JUEL", "JSON", "PMML", "Java", "Python", "UNIQUE", "ANY", "FIRST", "id", "null", "true", "false",
    "definitions", "mapDecisionResult", "s", "m", "i", "x", "q", "p", "Lu", "IsCyrillic", "requiresFor", "path",
    "components", "image", "data", "name", "example", "org",
}  # fmt: skip
SAMPLE = "§"


def places(text):
    return {match[1] for match in PLACE.finditer(text)}


def counted(text):
    return {match[1] for match in PLACE.finditer(text) if match[2]}


def assert_readable(text, language):
    assert text.strip()
    assert "  " not in text
    assert "None" not in text
    assert not re.search(r"\{(?!Lu|IsCyrillic)|\|", text), text
    if language == "en":
        assert not re.search("[а-яё]", text, re.IGNORECASE), text
    else:
        assert not set(re.findall("[A-Za-z]+", text)) - LATIN, text
        assert re.search("[а-яё]", text, re.IGNORECASE) or SAMPLE in text or text == "'*/'", text


@pytest.mark.parametrize(("catalogue", "code"), CODES)
def test_a_text_of_expressions_and_decisions_is_whole_in_both_languages(catalogue, code):
    english, russian = CATALOGUES[catalogue][code]
    assert places(english) == places(russian)

    for number in COUNTS:
        values = dict.fromkeys(places(english), SAMPLE)
        values.update(dict.fromkeys(counted(english) | counted(russian), number))
        for language, text in zip(LANGUAGES, (english, russian), strict=True):
            assert_readable(fill(text, language, values), language)


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_a_text_of_forms_is_whole_in_both_languages(code):
    russian, english = TEXTS[code]
    assert places(english) == places(russian)

    for number in COUNTS:
        values = dict.fromkeys(places(english), SAMPLE)
        values.update(dict.fromkeys(counted(english) | counted(russian), number))
        for language in LANGUAGES:
            assert_readable(say(code, language, **values), language)


def test_numbers_and_words_agree():
    def limit(code, count, language):
        return feel.FeelLimitError(code, limit=count).message(language)

    assert limit("feel.limit.nesting", 21, "ru") == "вложенность выражения больше 21 уровня: разделите его"
    assert limit("feel.limit.nesting", 120, "ru") == "вложенность выражения больше 120 уровней: разделите его"
    assert "больше 1 шага:" in limit("feel.limit.steps", 1, "ru")
    assert "more than 1 step:" in limit("feel.limit.steps", 1, "en")
    assert "дольше 0,08 с:" in limit("feel.limit.time", 0.08, "ru")
    assert "longer than 0.08 s:" in limit("feel.limit.time", 0.08, "en")
    assert fill(DECISIONS["dmn.rule_width"][1], "ru", {
        "place": "Тариф", "rule": 3, "found": 1, "part": ("input", "входы"), "expected": 2,
    }) == "Тариф: в правиле 3 1 ячейка вида «входы», а в таблице 2 таких столбца"  # fmt: skip


def test_names_stand_in_the_quotes_of_the_language_and_cannot_break_the_line():
    reason = feel.compile("имя").run({}).reasons[0]

    assert reason.message("ru") == "нет переменной «имя»"
    assert reason.message("en") == "there is no variable 'имя'"
    assert "\n" not in fill("{text!r}", "ru", {"text": "a\nb"})


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "a**", "a{3,1}", "a{5000}", "(?=a)", "[", "[]", "[z-a]", "[a-\\d]", "[[]", "\\1", "\\p", "\\p{IsX}", "\\y",
     "^*", "a\\", "(" * 99, "x" * 1001, "((a{900}){900})"],
)  # fmt: skip
def test_a_broken_pattern_says_why_in_both_languages(pattern):
    with pytest.raises(PatternError) as caught:
        compile_pattern(pattern)

    english, russian = (caught.value.message(language) for language in LANGUAGES)
    assert str(caught.value) == english != russian
    assert re.search("[а-яё]", russian)


def test_the_reason_of_a_null_says_what_is_wrong_with_a_pattern():
    reason = feel.compile('matches("a", "(")').run({}).reasons[0]

    assert reason.message("en") == "matches: a bracket of the pattern is not closed"
    assert reason.message("ru") == "matches: в образце не закрыта скобка"


def test_the_words_of_a_decision_error_come_from_one_language():
    error = dmn.DmnError("dmn.limit", limit=60, what=("levels", "уровней"))

    assert error.message("ru") == "Модель слишком велика, разделите её: больше 60 уровней"
    assert error.message("en") == "The model is too large, split it: more than 60 levels"
