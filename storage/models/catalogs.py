"""Catalogs (справочники): own organisations, clients, goods, consents."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Organisation(Base):
    """A company of ours, with what its documents print."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(unique=True)
    short_name: Mapped[str]
    full_name: Mapped[str]
    inn: Mapped[str]
    kpp: Mapped[str] = mapped_column(default="")
    ogrn: Mapped[str] = mapped_column(default="")
    okpo: Mapped[str] = mapped_column(default="")
    address: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    vat_payer: Mapped[bool] = mapped_column(default=True)  # False: УСН without VAT prints «Без НДС»
    delivery_document: Mapped[str] = mapped_column(default="upd")  # upd | torg12
    director: Mapped[str] = mapped_column(default="")
    director_position: Mapped[str] = mapped_column(default="Генеральный директор")
    accountant: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    settings: Mapped[dict[str, Any]]  # business hours, country, prefixes


class BankAccount(Base):
    __tablename__ = "bank_account"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    account: Mapped[str]
    bank_name: Mapped[str]
    bic: Mapped[str]
    correspondent: Mapped[str]
    currency: Mapped[str] = mapped_column(default="RUB")
    default: Mapped[bool] = mapped_column(default=False)


class Counterparty(Base):
    """A client or supplier."""

    __tablename__ = "counterparty"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]  # company | entrepreneur | person | foreign
    name: Mapped[str]
    full_name: Mapped[str] = mapped_column(default="")
    inn: Mapped[str] = mapped_column(default="", index=True)
    kpp: Mapped[str] = mapped_column(default="")
    ogrn: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    region: Mapped[str] = mapped_column(default="")
    segment: Mapped[str] = mapped_column(default="")
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]


class Contact(Base):
    """A person to talk to; matched by phone (E.164) or e-mail (lower case)."""

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_phone", "phone"), Index("ix_contact_email", "email"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    counterparty_id: Mapped[int | None] = mapped_column(ForeignKey("counterparty.id"), index=True)
    name: Mapped[str]
    position: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="ru")
    created_at: Mapped[datetime]


class Product(Base):
    __tablename__ = "product"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="goods")  # goods | service
    group: Mapped[str] = mapped_column(default="")
    unit_code: Mapped[str] = mapped_column(default="796")  # ОКЕИ
    unit: Mapped[str] = mapped_column(default="шт")
    price: Mapped[Decimal | None]
    cost: Mapped[Decimal | None]
    vat_rate: Mapped[str] = mapped_column(default="22")  # 22 | 20 | 10 | 7 | 5 | 0 | none
    active: Mapped[bool] = mapped_column(default=True)


class ConsentText(Base):
    """A version of the words somebody agrees to (152-ФЗ ст. 9)."""

    __tablename__ = "consent_text"
    __table_args__ = (UniqueConstraint("purpose", "version", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purpose: Mapped[str]
    version: Mapped[int]
    language: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime]


class Consent(Base):
    """Who agreed to which text, when and from which address."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    consent_text_id: Mapped[int] = mapped_column(ForeignKey("consent_text.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"), index=True)
    person: Mapped[str]
    address: Mapped[str]  # IP
    given_at: Mapped[datetime]
