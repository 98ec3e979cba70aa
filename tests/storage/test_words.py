"""Which words search holds to be the same, in Russian and English."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.words import MAX_ASKED, MAX_WORDS, asked, stems


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("договоры", "Изменение договора поставки"),
        ("ДОГОВОРА", "договор"),
        ("станки", "Токарный станок"),
        ("станок", "два станка"),
        ("продавца", "Продавец-консультант"),
        ("заявок", "заявка"),
        ("счет", "Счёт на оплату"),
        ("счёта", "счет"),
        ("compressors", "Screw compressor"),
        ("Delivered", "delivery of goods delivered"),
        ("123", "ПО-2026-000123"),
        ("000123", "ПО-2026-000123"),
        ("по-2026-000123", "ПО-2026-000123"),
        ("+7 916 555-00-11", "+79165550011"),
        ("8 (916) 555-00-11", "позвонить по +7 916 555 00 11 после обеда"),
        ("ivan@example.com", "Иван <Ivan@Example.com>"),
        ("7707083893", "ИНН 7707083893"),
        ("компрес", "Винтовой компрессор"),
        ("счёт №7", "Счёт № 7"),
    ],
)
def test_a_question_meets_the_words_it_means(typed, written):
    assert meets(typed, written)


@pytest.mark.parametrize(
    ("typed", "written"), [("насос", "Токарный станок"), ("договор счёт", "договор"), ("12", "312")]
)
def test_a_question_does_not_meet_other_words(typed, written):
    assert not meets(typed, written)


@given(st.text(max_size=300))
def test_any_text_can_be_kept_and_asked_for(text):
    assert len(stems(text)) <= MAX_WORDS
    assert len(asked(text)) <= MAX_ASKED
    assert all(stems(text))
    assert all(word.stem for word in asked(text))


@given(st.lists(st.text("абвгдеклмнопрстуabcdefgh123", min_size=1, max_size=12), min_size=1, max_size=6))
def test_a_text_is_found_by_its_own_words(words):
    assert meets(" ".join(words), "; ".join(words))


def meets(typed, written):
    kept = stems(written)
    return all(any(word == one.stem or word.startswith(one.typed) for word in kept) for one in asked(typed))
