"""A company that sells equipment: its catalogs, its process in force, and people who do its tasks."""

from collections.abc import Mapping
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from bpmn.actors import Actor
from bpmn.engine import ProcessEngine
from handlers.demo_catalogs import USERS, seed
from storage.database import Storage
from storage.models import Document, Incident, Instance, Subscription, Task, User

BUNDLE = Path(__file__).parents[2] / "processes" / "equipment_sale"


def bundle_files() -> dict[str, bytes]:
    return {
        path.relative_to(BUNDLE).as_posix(): path.read_bytes()
        for path in sorted(BUNDLE.rglob("*"))
        if path.is_file()
    }


class Sale:
    """One request, driven as people drive it: by the names of their tasks and the client's buttons."""

    def __init__(self, company: "Company", instance_id: int, number: str, link: str) -> None:
        self.company, self.id, self.number, self.link = company, instance_id, number, link

    @property
    def secret(self) -> str:
        return self.link.rpartition("/")[2]

    @property
    def row(self) -> Instance:
        with self.company.storage.read_session() as session:
            row = session.get(Instance, self.id)
            assert row is not None
            return row

    @property
    def variables(self) -> dict[str, Any]:
        return self.company.engine.instances.variables(self.id)

    def tasks(self) -> list[Task]:
        with self.company.storage.read_session() as session:
            rows = select(Task).where(Task.instance_id == self.id, Task.state == "open").order_by(Task.id)
            return list(session.scalars(rows))

    def task_ids(self) -> list[str]:
        return sorted(task.element_id for task in self.tasks())

    def waits(self) -> list[str]:
        with self.company.storage.read_session() as session:
            query = select(Subscription.name).where(Subscription.instance_id == self.id)
            return sorted(session.scalars(query))

    def do(self, element_id: str, **values: Any) -> None:
        """Complete the one open task of an element as a person who may; then run what follows."""
        task = next((task for task in self.tasks() if task.element_id == element_id), None)
        assert task is not None, f"{element_id} is not open; open are {self.task_ids()}"
        by = self.company.somebody_for(task)
        if task.assignee_id is None:
            self.company.engine.tasks.claim(task_id=task.id, by=by)
        self.company.engine.tasks.complete(task_id=task.id, values=values, by=by)
        self.company.run()

    def answer(self, button: str, **fields: str) -> None:
        """Press a button on the client's page."""
        clients = self.company.engine.clients
        page = clients.page(secret=self.secret, language="ru")
        buttons = {button.label: button.action_id for ask in page.asks for button in ask.buttons}
        assert button in buttons, f"the client sees {sorted(buttons)}"
        clients.act(
            secret=self.secret,
            action_id=buttons[button],
            posted={name: [value] for name, value in fields.items()},
            language="ru",
            address="127.0.0.1",
        )
        self.company.run()

    def buttons(self) -> set[str]:
        page = self.company.engine.clients.page(secret=self.secret, language="ru")
        return {button.label for ask in page.asks for button in ask.buttons}

    def documents(self) -> list[Document]:
        with self.company.storage.read_session() as session:
            query = select(Document).where(Document.instance_id == self.id).order_by(Document.id)
            return list(session.scalars(query))

    def pdf(self, kind: str) -> bytes:
        document = [item for item in self.documents() if item.kind == kind][-1]
        assert document.file_hash is not None
        return self.company.storage.files.open(document.file_hash)


class Company:
    """The engine with the catalogs of the demonstration and the sale in force."""

    def __init__(self, engine: ProcessEngine, storage: Storage, clock: Any, mail_folder: Path) -> None:
        self.engine, self.storage, self.clock, self.mail_folder = engine, storage, clock, mail_folder
        with storage.unit_of_work() as uow:
            seed(uow, now=clock(), hash_password=str, password="x")
        engine.deployments.deploy(bundle_files(), by=Actor.system(), activate=True)
        with storage.read_session() as session:
            ids = {user.email: user.id for user in session.scalars(select(User))}
        self.people = {
            user.email: Actor(
                ids[user.email], user.email, user.name, frozenset(user.groups), frozenset(user.roles)
            )
            for user in USERS
        }

    def run(self) -> None:
        """Run every due job; nothing may have failed."""
        self.engine.jobs.run_until_idle()
        with self.storage.read_session() as session:
            failed = [
                f"{incident.element_id}: {incident.message}"
                for incident in session.scalars(select(Incident).where(Incident.state == "open"))
            ]
        assert not failed, failed

    def later(self, **duration: float) -> None:
        self.clock.now += timedelta(**duration)
        self.run()

    def somebody_for(self, task: Task) -> Actor:
        by_id = {person.id: person for person in self.people.values()}
        if task.assignee_id is not None:
            return by_id[task.assignee_id]
        return next(person for person in self.people.values() if person.groups & set(task.candidate_groups))

    def letters(self, to: str = "") -> list[EmailMessage]:
        """The letters sent so far, oldest first."""
        letters = []
        for path in sorted(self.mail_folder.rglob("*.eml")):
            letter = message_from_bytes(path.read_bytes(), policy=policy.default)
            assert isinstance(letter, EmailMessage)
            if to in str(letter["To"]):
                letters.append(letter)
        return letters

    def subjects(self, to: str) -> list[str]:
        return sorted(str(letter["Subject"]) for letter in self.letters(to))

    def request(self, language: str = "ru", **fields: str) -> Sale:
        """Send the public form of the web site."""
        form = self.engine.public_forms.page(key="equipment_sale", language=language)
        values = {
            "subject": "Станок токарный 16К20",
            "need": "Нужен станок с пусконаладкой.",
            "contact_name": "Иван Петров",
            "email": "ivan@example.com",
            "phone": "+7 916 555-00-11",
            "company": "ООО «Новая мастерская»",
            "inn": "7707083893",
            "region": "Москва",
            "product_group": "Станки",
            **fields,
        }
        posted = {name: [value] for name, value in values.items()}
        posted |= {
            f"_consent_{consent.purpose}": [str(consent.id)] for consent in form.consents if consent.required
        }
        submitted = self.engine.public_forms.submit(
            key="equipment_sale",
            posted=posted,
            language=language,
            address="127.0.0.1",
            submit_key=form.submit_key,
        )
        self.run()
        return Sale(self, submitted.instance_id, submitted.number, submitted.link)


WANTED = [{"product": "ST-LP300", "qty": 1}, {"product": "IN-REZ", "qty": 2}]
WITH_WORKS = [{"product": "ST-LP300", "qty": 1}, {"product": "US-PNR", "qty": 1}]


@pytest.fixture
def company(engine: ProcessEngine, storage: Storage, clock: Any, mail_folder: Path) -> Company:
    return Company(engine, storage, clock, mail_folder)


@pytest.fixture
def helpers() -> Any:
    """The roads by name: lead, send_quote, pay, ship, deliver, and what clients want."""
    return SimpleNamespace(
        lead=lead,
        send_quote=send_quote,
        pay=pay,
        ship=ship,
        deliver=deliver,
        WANTED=WANTED,
        WITH_WORKS=WITH_WORKS,
    )


def lead(
    company: Company,
    place: str,
    *,
    wanted: list[dict[str, Any]] | None = None,
    discount: int = 0,
    terms: str = "prepaid",
    organisation: str = "technosnab",
    fields: Mapping[str, str] | None = None,
) -> Sale:
    """Drive a request up to "qualify", "quote", "approval", "answer", "invoice", "payment" or "shipment"."""
    sale = company.request(**dict(fields or {}))
    if place == "qualify":
        return sale
    sale.do(
        "qualify", wanted=wanted or WANTED, clarified="Цех, 380 В", next="quote", delivery_address="Москва"
    )
    if place == "quote":
        return sale
    send_quote(sale, discount=discount, terms=terms, organisation=organisation)
    if place in ("approval", "answer"):
        return sale
    sale.answer("Принять предложение")
    if place == "invoice":
        return sale
    sale.do("invoice")
    if place == "payment":
        return sale
    pay(sale, sale.variables["payment_amount"])
    assert place == "shipment", place
    return sale


def send_quote(sale: Sale, *, discount: int = 0, terms: str = "prepaid", **more: Any) -> None:
    """Complete the quotation with the same discount on every line."""
    names = ("name", "qty", "unit", "price", "vat")
    items = [
        {name: item[name] for name in names} | {"discount": discount} for item in sale.variables["items"]
    ]
    sale.do("quote", items=items, payment_terms=terms, **more)


def pay(sale: Sale, amount: Any, element: str = "payment", number: str = "15") -> None:
    """Enter a payment that came today."""
    today = sale.company.clock().date()
    sale.do(element, payment_amount=amount, payment_date=today, payment_number=number)


def ship(sale: Sale) -> None:
    """Print the delivery note and pack."""
    sale.do("shipment")
    sale.do("pick", places=1)


def deliver(sale: Sale, *, in_days: int = 2) -> None:
    """Plan the delivery and confirm it on the planned day."""
    company = sale.company
    day = company.clock().date() + timedelta(days=in_days)
    sale.do("delivery", carrier="own", planned_date=day, delivery_address="Москва, Заводская, 1")
    company.later(days=in_days)
    sale.do("delivered", delivered_on=day, delivery_outcome="delivered")
