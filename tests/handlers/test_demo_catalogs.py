"""The demonstration's catalogs are valid and complete."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from handlers.demo_catalogs import GROUPS, seed
from handlers.requisites import (
    check_account,
    check_bic,
    check_correspondent,
    check_inn,
    check_kpp,
    check_ogrn,
)
from storage.models import BankAccount, ConsentText, Contact, Counterparty, Group, Organisation, Product, User

NOW = datetime(2026, 6, 10, 9, tzinfo=UTC)


@pytest.fixture
def seeded(storage):
    with storage.unit_of_work() as uow:
        return seed(uow, now=NOW, hash_password=lambda text: f"hash of {text}", password="secret")


def test_every_requisite_passes_its_control_digits(storage, seeded):
    with storage.read_session() as session:
        for party in [*session.scalars(select(Counterparty)), *session.scalars(select(Organisation))]:
            assert check_inn(party.inn) == "", party.inn
            assert check_kpp(party.kpp, party.inn) == "", party.inn
            assert check_ogrn(party.ogrn) == "", party.ogrn
        for account in session.scalars(select(BankAccount)):
            assert check_bic(account.bic) == ""
            assert check_account(account.account, account.bic) == ""
            assert check_correspondent(account.correspondent, account.bic) == ""


def test_everybody_has_a_fictitious_address_and_every_group_a_member(storage, seeded):
    with storage.read_session() as session:
        users = list(session.scalars(select(User)))
        assert all(
            user.email.endswith("@example.com") and user.password == "hash of secret" for user in users
        )
        assert {group.key for user in users for group in user.groups} == set(GROUPS)
        assert {group.key for group in session.scalars(select(Group))} == set(GROUPS)
        assert {role.name for user in users for role in user.roles} == {
            "employee",
            "analyst",
            "administrator",
        }


def test_there_is_enough_to_show(storage, seeded):
    with storage.read_session() as session:
        assert len(list(session.scalars(select(Product)))) >= 12
        assert len(list(session.scalars(select(Contact)))) >= 12
        texts = {(text.purpose, text.language) for text in session.scalars(select(ConsentText))}
        assert texts == {(p, lang) for p in ("personal_data", "marketing") for lang in ("ru", "en")}
        assert [o.vat_payer for o in session.scalars(select(Organisation).order_by(Organisation.id))] == [
            True,
            False,
        ]
