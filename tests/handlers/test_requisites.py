"""Control digits of requisites, phones and addresses."""

import pytest
from stdnum.ru import inn as stdnum_inn

from handlers.contacts import read_email, read_phone, show_phone
from handlers.requisites import (
    check_account,
    check_bic,
    check_correspondent,
    check_inn,
    check_kpp,
    check_ogrn,
    region_of,
)


@pytest.mark.parametrize("inn", ["7700000016", "770000000156", "7707083893"])
def test_valid_tax_numbers_pass(inn):
    assert check_inn(inn) == ""
    assert stdnum_inn.is_valid(inn)


@pytest.mark.parametrize(
    ("inn", "code"),
    [("7700000017", "inn.control"), ("770000000157", "inn.control"), ("77000", "inn.length"), ("", "inn.length"),
     ("77000000١6", "inn.length")],
)  # fmt: skip
def test_wrong_tax_numbers_say_what_is_wrong(inn, code):
    assert check_inn(inn) == code


def test_registration_numbers():
    assert [check_ogrn(n) for n in ("1127700000009", "304770000000008", "1027700132195")] == ["", "", ""]
    assert check_ogrn("1127700000008") == "ogrn.control"
    assert check_ogrn("2127700000009") == "ogrn.control"
    assert check_ogrn("112770000000") == "ogrn.length"


def test_kpp_may_hold_letters_and_a_person_has_none():
    assert check_kpp("770001001") == check_kpp("7700AB001") == ""
    assert check_kpp("77000100") == "kpp.form"
    assert check_kpp("", "770000000156") == ""
    assert check_kpp("770001001", "770000000156") == "kpp.needless"


@pytest.mark.parametrize(
    ("account", "bic"), [("40702810200000000001", "044525225"), ("40702810800000012345", "044525593")]
)
def test_accounts_carry_the_key_of_their_bank(account, bic):
    assert check_account(account, bic) == ""
    assert check_account(account[:-1] + str((int(account[-1]) + 1) % 10), bic) == "account.control"


@pytest.mark.parametrize(
    ("account", "bic"),
    [
        ("30101810400000000225", "044525225"),
        ("30101810200000000593", "044525593"),
        ("40102810445370000059", "017003983"),
    ],
)
def test_correspondent_accounts_including_the_treasury(account, bic):
    assert check_correspondent(account, bic) == ""


def test_a_treasury_account_is_only_a_warning():
    assert check_account("03100643000000017300", "017003983") == "account.treasury"


def test_bic_of_banks_and_treasury():
    assert [check_bic(b) for b in ("044525225", "017003983", "994525225", "04452")] == [
        "", "", "bic.country", "bic.length",
    ]  # fmt: skip


def test_the_region_comes_from_a_valid_tax_number_only():
    assert region_of("7700000016") == "Москва"
    assert region_of("7700000017") == ""


@pytest.mark.parametrize(
    ("written", "e164", "extension"),
    [
        ("8 (912) 345-67-89", "+79123456789", ""),
        ("79997356761", "+79997356761", ""),
        ("8 10 375 29 123-45-67", "+375291234567", ""),
        ("+7 495 123-45-67 доб. 123", "+74951234567", "123"),
    ],
)
def test_phones_become_international(written, e164, extension):
    phone = read_phone(written)

    assert (phone.e164, phone.extension) == (e164, extension)


@pytest.mark.parametrize("written", ["123-45-67", "", "абв", "1" * 100])
def test_what_is_no_whole_number_is_none(written):
    assert read_phone(written) is None


def test_a_phone_is_shown_in_groups():
    assert show_phone("+79123456789") == "+7 912 345-67-89"


def test_addresses_are_lower_case_or_nothing():
    assert read_email(" Anna@Example.COM ") == "anna@example.com"
    assert read_email("anna@@example.com") == read_email("") == read_email("a@b\r\nBcc: c@d.com") == ""
