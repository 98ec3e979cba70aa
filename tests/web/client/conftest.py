"""A process that clients can start, and a visitor who does."""

import re

import pytest

from bpmn.actors import Actor
from storage.ids import new_id
from storage.models import ConsentText
from tests.web.kit import order_files


@pytest.fixture
def visitor(app):
    """Somebody outside, without an account, whose browser asks for Russian."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "ru"
    return client


@pytest.fixture
def consents(storage, clock):
    """The texts that the public form asks consent to: (purpose, language) → id."""
    with storage.unit_of_work() as uow:
        rows = [
            ConsentText(id=new_id(), purpose=purpose, version=3, language=language, text=f"{purpose} {language}", created_at=clock())
            for purpose in ("personal_data", "marketing")
            for language in ("ru", "en")
        ]  # fmt: skip
        uow.session.add_all(rows)
        return {(row.purpose, row.language): row.id for row in rows}


@pytest.fixture
def order(engine, consents):
    """The process `order` in force."""
    return engine.deployments.deploy(order_files(), by=Actor.system(), activate=True)


@pytest.fixture
def send_order(visitor, order, consents):
    """Send the public form and return the secret of the request's link."""

    def send(quantity: int = 5) -> str:
        page = visitor.get("/c/order").text
        key = re.search(r'name="_submit_key" value="([^"]+)"', page)
        assert key is not None
        answer = visitor.post(
            "/c/order",
            data={
                "_submit_key": key[1],
                "_consent_personal_data": str(consents["personal_data", "ru"]),
                "contact_name": "Иван",
                "quantity": str(quantity),
            },
        )
        assert answer.status_code == 303, answer.text
        found = re.search(r"/t/([\w-]+)/received", answer.location)
        assert found is not None
        return found[1]

    return send
