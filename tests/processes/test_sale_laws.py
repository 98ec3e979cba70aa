"""What is true of every sale: the form adds up as the documents do, and every road ends with nothing left open."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bpmn import forms
from handlers.money import Line, totals, vat_rate
from storage.models import Incident, Job, Subscription, Task

QUOTE = Path(__file__).parents[2] / "processes" / "equipment_sale" / "forms" / "quote.form"
NOW = datetime(2026, 6, 10, 6, 0, tzinfo=UTC)

line = st.fixed_dictionaries(
    {
        "name": st.just("Станок"),
        "qty": st.decimals("0.001", "1000", places=3),
        "unit": st.just("шт"),
        "price": st.decimals("0", "5000000", places=2),
        "discount": st.decimals("0", "100", places=2),
        "vat": st.sampled_from(["22", "10", "0", "none"]),
    }
)


@settings(max_examples=60, deadline=None)
@given(items=st.lists(line, min_size=1, max_size=6), taxed=st.booleans())
def test_the_quotation_form_adds_up_exactly_as_the_documents_do(items, taxed):
    form = forms.parse(QUOTE.read_bytes(), name="quote")
    variables = {
        "organisations": [{"value": "own", "label": "Своя", "vat_payer": taxed}],
    }
    values = {
        "items": items,
        "organisation": "own",
        "valid_until": date(2026, 7, 1),
        "delivery_days": 14,
        "payment_terms": "prepaid",
        "warranty_months": 12,
    }

    result = forms.check(form, values, variables, language="ru", now=NOW)

    printed = totals(
        Line(
            item["qty"],
            item["price"],
            vat_rate(item["vat"] if taxed else "none", NOW.date()),
            item["discount"],
        )
        for item in items
    )
    assert result.errors == {}
    assert Decimal(result.values["total"]) == printed.gross
    assert Decimal(result.values["total_vat"]) == printed.vat


class Walk:
    """Somebody does whatever may be done next, by chance."""

    def __init__(self, company, helpers, seed):
        self.company, self.helpers, self.chance = company, helpers, random.Random(seed)
        self.sale = company.request()

    def to_the_end(self, most=150):
        for _ in range(most):
            if self.sale.row.state != "active":
                return
            self.step()
        raise AssertionError(f"still going: {self.sale.task_ids()}, {self.sale.waits()}")

    def step(self):
        tasks, buttons = self.sale.task_ids(), sorted(self.sale.buttons())
        if self.chance.random() < 0.02:
            administrator = self.company.people["admin@example.com"]
            self.company.engine.instances.cancel(instance_id=self.sale.id, reason="Случай", by=administrator)
            self.company.run()
        elif tasks and self.chance.random() < 0.85:
            element = self.chance.choice(tasks)
            getattr(self, f"do_{element}")()
        elif buttons and self.chance.random() < 0.7:
            self.press(self.chance.choice(buttons))
        else:
            self.company.later(days=self.chance.randint(1, 5))

    def press(self, button):
        fields = {
            "Попросить изменить": {"client_comment": "Иначе"},
            "Отказаться": {"decline_reason": "Дорого"},
            "Отправить оценку": {"rating": str(self.chance.randint(1, 5))},
        }
        self.sale.answer(button, **fields.get(button, {}))

    def today(self, days=0):
        return self.company.clock().date() + timedelta(days=days)

    def do_qualify(self):
        if self.chance.random() < 0.1:
            self.sale.do("qualify", next="refuse", loss_reason="Спам")
        else:
            wanted = self.chance.choice([self.helpers.WANTED, self.helpers.WITH_WORKS])
            self.sale.do("qualify", wanted=wanted, clarified="Да", next="quote", delivery_address="Тула")

    def do_quote(self):
        self.helpers.send_quote(
            self.sale,
            discount=self.chance.choice([0, 0, 3, 9, 17]),
            terms=self.chance.choice(["prepaid", "half", "deferred"]),
            organisation=self.chance.choice(["technosnab", "sokolov"]),
            valid_until=self.today(10),
        )

    def do_vote(self):
        self.sale.do(
            "vote", decision=self.chance.choice(["approved", "approved", "rework", "rejected"]), remark="Так"
        )

    def do_call(self):
        outcome = self.chance.choice(["accepted", "changes", "wait", "declined"])
        self.sale.do("call", call_outcome=outcome, client_comment="Иначе", decline_reason="Дорого")

    def do_invoice(self):
        self.sale.do(
            "invoice", prepay_percent=self.chance.choice([0, 30, 100]), invoice_valid_until=self.today(8)
        )

    def do_payment(self, element="payment"):
        rest = self.sale.variables["total"] - sum(
            payment["amount"] for payment in self.sale.variables.get("payments") or []
        )
        amount = rest if self.chance.random() < 0.6 else Decimal(rest / 3).quantize(Decimal("0.01"))
        self.helpers.pay(self.sale, amount, element)

    def do_rest_payment(self):
        self.do_payment("rest_payment")

    def do_shipment(self):
        self.sale.do("shipment")

    def do_pick(self):
        self.sale.do("pick", places=1)

    def do_delivery(self):
        carrier = self.chance.choice(["own", "carrier", "pickup"])
        more = {"carrier_name": "Деловые линии"} if carrier == "carrier" else {}
        self.sale.do("delivery", carrier=carrier, planned_date=self.today(2), delivery_address="Тула", **more)

    def do_delivered(self):
        if self.chance.random() < 0.3:
            self.sale.do("delivered", delivery_outcome="delayed", delay_reason="Распутица")
        else:
            self.sale.do("delivered", delivery_outcome="delivered", delivered_on=self.today())

    def do_install(self):
        self.sale.do("install", installed_on=self.today())

    def do_refund(self):
        self.sale.do("refund", refund_amount=1, refund_date=self.today())


def _check(company, sale):
    with company.storage.read_session() as session:
        for left in (Task, Job, Subscription):
            query = select(func.count()).select_from(left).where(left.instance_id == sale.id)
            if left is Task:
                query = query.where(Task.state == "open")
            assert session.scalar(query) == 0, left.__tablename__
        assert session.scalar(select(func.count()).select_from(Incident)) == 0
    row, variables = sale.row, sale.variables
    assert row.state == "completed"
    assert row.status in ("Закрыта", "Отказ клиента", "Отклонена", "Отменена")
    assert row.resolution
    papers = sale.documents()
    assert len({(paper.kind, paper.number) for paper in papers}) == len(papers)
    if row.status == "Закрыта":
        amounts = {paper.kind: paper.amount for paper in papers}
        assert sum(payment["amount"] for payment in variables["payments"]) == variables["total"]
        shipped = amounts.get("upd", 0) + amounts.get("delivery_note", 0) + amounts.get("act", 0)
        assert amounts["invoice"] == shipped == variables["total"] == row.amount


@pytest.mark.parametrize("seed", range(5))
def test_whatever_people_do_a_sale_ends_and_leaves_nothing_open(company, helpers, seed):
    walk = Walk(company, helpers, seed)

    walk.to_the_end()

    _check(company, walk.sale)


@pytest.mark.proof
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(5, 60))
def test_many_more_roads_end_as_well(company, helpers, seed):
    walk = Walk(company, helpers, seed)

    walk.to_the_end()

    _check(company, walk.sale)
