"""Texts print what they are given and nothing that a client could make of it."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.texts import TextFailed, escape_markdown, exists, lint, render

VARIABLES = {
    "name": "Анна",
    "total": Decimal("122000.50"),
    "until": date(2026, 6, 30),
    "at": datetime(2026, 6, 10, 9, 30, tzinfo=UTC),
    "lines": [{"name": "Станок", "items": 2}, {"name": "Пила", "items": 1}],
    "nothing": None,
    "yes": True,
    "n": 3,
}


class Folder:
    def __init__(self, **sources):
        self.sources = {f"texts/{key.replace('__', '.')}.md": text.encode() for key, text in sources.items()}

    def file(self, path):
        return self.sources.get(path)


def shown(source, language="ru", link="", **variables):
    return render(Folder(t__ru=source, t__en=source), "t", language, VARIABLES | variables, link=link)


def test_a_text_has_a_subject_html_and_plain_words():
    text = shown(
        "Subject: Предложение на {{ total | money }}\n\nЗдравствуйте, **{{ name }}**.\n\n- срок {{ until | date }}\n"
        "- ещё\n\n> цитата\n\nСтраница: {{ link }}\n",
        link="https://example.com/t/a_b-c",
    )

    assert text.subject == "Предложение на 122 000,50 ₽"
    assert "<strong>Анна</strong>" in text.html
    assert 'href="https://example.com/t/a_b-c"' in text.html
    assert text.text == (
        "Здравствуйте, Анна.\n\n- срок 30 июня 2026\n\n- ещё\n\n> цитата\n\nСтраница: https://example.com/t/a_b-c\n"
    )


@pytest.mark.parametrize(
    ("source", "language", "expected"),
    [
        ("{{ total | money('USD') }}", "en", "$122,000.50"),
        ("{{ total | words }}", "ru", "Сто двадцать две тысячи рублей 50 копеек"),
        ("{{ until }}", "en", "30 June 2026"),
        ("{{ at | datetime }}", "ru", "10 июня 2026, 12:30"),
        ("{{ '2026-06-30' | date }}", "ru", "30 июня 2026"),
        ("{{ total }}", "ru", "122\u00a0000,5"),
        ("[{{ nothing }}]", "ru", "[]"),
        ("{{ yes }}", "ru", "да"),
        ("{{ n * 2 + 1 }}", "ru", "7"),
        ("{{ name ~ '!' ~ n }}", "ru", "Анна!3"),
        (
            "{% for line in lines %}{{ line.name }}: {{ line.items }}; {% endfor %}",
            "ru",
            "Станок: 2; Пила: 1;",
        ),
        ("{{ lines | map(attribute='name') | join(', ') }}", "ru", "Станок, Пила"),
        ("{% if missing is defined %}a{% else %}b{% endif %}", "ru", "b"),
        ("{{ missing | default('нет') }}", "ru", "нет"),
    ],
)
def test_values_are_written_as_the_language_does(source, language, expected):
    assert shown(source, language).text.strip() == expected


HOSTILE = [
    "<script>alert(1)</script>",
    "[нажмите](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "# Заголовок\n\n- список",
    "**жирно** `код` <b>b</b>",
    "<https://evil.example>",
    "a\n\n    код\n---\n===",
    "&lt;b&gt; {{ 7 * 7 }} {% for %}",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_what_a_client_typed_is_never_markup(value):
    text = shown("> {{ typed }}\n\nконец", typed=value)

    tags = text.html.replace("<blockquote>", "").replace("</blockquote>", "")
    for known in ("<p>", "</p>", "<br>", "\n"):
        tags = tags.replace(known, "")
    assert "<" not in tags
    assert text.html.count("<blockquote>") == 1


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_comes_back_letter_by_letter(value):
    text = shown("{{ typed }}", typed=f"x{value}x")

    def squeezed(words):
        return "".join(words.replace("\x00", "\ufffd").split())

    assert squeezed(text.text) == squeezed(f"x{value}x")


def test_a_value_cannot_break_the_subject_into_lines():
    assert (
        shown("Subject: {{ typed }}\nтело", typed="a\r\nBcc: x@example.com").subject == "a Bcc: x@example.com"
    )


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        ("Subject: x\n\n{{ nmae }}", "texts.unknown_name", 3),
        ("{{ lines[0].nmae }}", "texts.unknown_name", 1),
        ("a\n{% if %}", "texts.mistake", 2),
        ("{% include 'x' %}", "texts.mistake", 1),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "texts.mistake", 1),
        ("{{ name.format(1) }}", "texts.mistake", 1),
        ("{{ ''.__class__.__mro__ }}", "texts.limit", 1),
        ("{{ request.blob }}", "texts.unknown_name", 1),
        ("{{ lines }}", "texts.limit", 1),
        ("{{ name | money }}", "texts.limit", 1),
        ("{{ n / 0 }}", "texts.limit", 1),
        ("{{ 'a' * 1000000000 }}", "texts.limit", 1),
        ("{{ 9 ** 999999999 }}", "texts.limit", 1),
        ("{{ '%999999999d' % 1 }}", "texts.limit", 1),
        ("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", "texts.limit", 1),
        ("{{ range(999999999) | length }}", "texts.limit", 1),
        ("{% set a = 'aaaaaaaaaa' %}" + "{% set a = a ~ a %}" * 60 + "{{ a | length }}", "texts.limit", 1),
        ("{% set a = 'aaaaaaaaaa' %}" + "{% set a = a | replace('a', 'aa') %}" * 60 + "{{ a | length }}", "texts.limit", 1),
        ("{% for a in range(9999) %}{{ 'x' * 1 }}{% endfor %}", "texts.limit", 1),
        ("{% for a in range(9999) %}" + "ж" * 100 + "{% endfor %}", "texts.limit", None),
    ],
)  # fmt: skip
def test_mistakes_come_back_in_words_with_their_place(source, code, line):
    class Row:
        number, blob = "ПО-1", b"secret"

    with pytest.raises(TextFailed) as caught:
        shown(source, request=Row())

    assert (caught.value.code, caught.value.values["line"]) == (code, line)
    assert "texts/t.ru.md" in str(caught.value)


def test_only_the_names_that_a_text_uses_are_read():
    class Sheet(dict):
        def __getitem__(self, name):
            assert name == "name"
            return super().__getitem__(name)

    assert render(Folder(t__ru="{{ name }}"), "t", "ru", Sheet(name="Анна", large="x")).text == "Анна\n"


def test_the_other_language_stands_in_and_no_text_is_an_error():
    folder = Folder(t__ru="по-русски")

    assert render(folder, "t", "en", {}).text == "по-русски\n"
    assert exists(folder, "t")
    with pytest.raises(TextFailed, match=r"texts/no\.ru\.md"):
        render(folder, "no", "ru", {})


def test_syntax_is_checked_before_deployment():
    assert lint("{{ any }}", "texts/a.ru.md") is None
    assert lint("x\n{{ any", "texts/a.ru.md").values["line"] == 2


def test_escaping_keeps_lines():
    assert escape_markdown("a*\r\nb") == "a\\*\\\nb"
