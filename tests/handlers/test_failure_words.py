"""Every failure of ours has words in both languages."""

import ast

from handlers.failure_words import explain
from handlers.registry import default_registry
from tests.paths import ROOT

AREAS = ("handler", "assign", "approvals", "notifications", "documents", "texts", "mail")


def raised_codes():
    names = set(default_registry().handlers)
    for path in (ROOT / "handlers").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            area, dot, rest = node.value.partition(".")
            if dot and area in AREAS and rest.isidentifier() and node.value not in names:
                yield node.value


def test_every_code_is_explained_in_both_languages():
    codes = set(raised_codes())

    assert len(codes) > 25
    for code in codes:
        russian, english = explain(code, "ru"), explain(code, "en")
        assert russian is not None, code
        assert russian.title != english.title
        assert all((russian.title, russian.advice, english.title, english.advice)), code


def test_a_code_of_others_has_no_words_here():
    assert explain("shop.closed", "ru") is None
