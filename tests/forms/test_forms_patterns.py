"""JavaScript patterns in linear time: agree with `re`, refuse what an automaton cannot do."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.forms.patterns import PatternRefused, compile_pattern

PIECES = st.sampled_from(["a", "b", "ab", "[ab]", "[^a]", ".", "(?:a|b)", "(ab)", r"\d", r"\w", "1"])
REPEATS = st.sampled_from(["", "?", "*", "+", "{2}", "{1,3}", "{0,2}", "*?"])
PATTERNS = st.lists(st.tuples(PIECES, REPEATS).map("".join), min_size=1, max_size=4).map("".join)


@given(pattern=PATTERNS, anchored=st.booleans(), text=st.text(alphabet="ab1 ", max_size=8))
def test_a_pattern_matches_what_the_standard_engine_matches(pattern, anchored, text):
    source = f"^{pattern}$" if anchored else pattern

    assert compile_pattern(source).search(text) is bool(re.search(source, text))


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (r"^\d{10}(\d{2})?$", "7707083893", True),
        (r"^\d{10}(\d{2})?$", "77070838931", False),
        (r"^[А-ЯЁа-яё -]+$", "Иван Петров-Водкин", True),
        (r"^\p{Lu}\p{L}+$", "Ёжик", True),
        (r"\bcat\b", "a cat sat", True),
        (r"\bcat\b", "concat", False),
        (r"^[\w.-]+@[\w.-]+$", "a.b-c@d.org", True),
        (r"^a{,2}$", "a{,2}", True),
        (r"A-\d", "see A-7", True),
        ("^$", "", True),
    ],
)
def test_a_pattern_means_what_javascript_means(pattern, text, matches):
    assert compile_pattern(pattern).search(text) is matches


@pytest.mark.parametrize("pattern", [r"^(a+)+$", r"^(a|a)*$", r"^(a*)*b$", r"(.*)*(.*)*x$"])
def test_a_catastrophic_pattern_costs_no_more_than_text_times_pattern(pattern):
    steps = 0

    class CountedText(str):
        def __getitem__(self, index):
            nonlocal steps
            steps += 1
            return super().__getitem__(index)

    assert not compile_pattern(pattern).search(CountedText("a" * 1_000 + "!"))
    assert steps <= 1_001


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("(", "pattern.open"),
        ("a)", "pattern.close"),
        ("[a", "pattern.end"),
        ("*a", "pattern.nothing_to_repeat"),
        ("a**", "pattern.nothing_to_repeat"),
        ("(?=x)", "pattern.unsupported"),
        ("(?<!x)y", "pattern.unsupported"),
        (r"(a)\1", "pattern.unsupported"),
        ("a{3,1}", "pattern.range"),
        ("[z-a]", "pattern.range"),
        ("(a{99}){99}", "pattern.large"),
        ("a" * 501, "pattern.large"),
        ("(" * 60 + ")" * 60, "pattern.large"),
        ("\\", "pattern.end"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused_by_its_reason(pattern, code):
    with pytest.raises(PatternRefused) as refused:
        compile_pattern(pattern)

    assert refused.value.problem.code == code
    assert re.search("[а-я]", refused.value.problem.message("ru"))
