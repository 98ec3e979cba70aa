"""The sale on the real engine: every road from the form to an end, with what the client and the staff receive."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from sqlalchemy import select

from bpmn.errors import AlreadyAnswered, InvalidForm
from storage.models import Activity, Consent, Event

CLIENT = "ivan@example.com"


def test_a_sale_goes_from_the_form_to_closed_with_its_documents(company, helpers):
    sale = helpers.lead(company, "answer", wanted=helpers.WITH_WORKS)
    sale.answer("Принять предложение")
    sale.do("invoice")
    helpers.pay(sale, 697400)
    helpers.ship(sale)
    helpers.deliver(sale)
    sale.do("install", installed_on=company.clock().date())

    sale.answer("Отправить оценку", rating="5", rating_comment="Быстро")

    row = sale.row
    assert (row.state, row.status, row.resolution) == ("completed", "Закрыта", "Продано")
    assert (row.amount, row.currency) == (Decimal("697400.00"), "RUB")
    assert [item.kind for item in sale.documents()] == ["quote", "invoice", "upd", "act"]
    assert all(item.state == "ready" for item in sale.documents())
    assert sale.tasks() == []
    assert sale.waits() == []
    assert sale.variables["rating"] == 5
    statuses = [
        "", "В работе", "На согласовании у клиента", "Счёт выставлен", "Оплачена", "Отгрузка", "Доставка",
        "Доставлена", "Закрыта",
    ]  # fmt: skip
    assert _statuses(company, sale) == list(pairwise(statuses))


def _statuses(company, sale):
    with company.storage.read_session() as session:
        rows = session.scalars(select(Event).where(Event.instance_id == sale.id, Event.kind == "status"))
        return [(event.data["from"], event.data["to"]) for event in sorted(rows, key=lambda event: event.id)]


def test_the_client_is_written_to_at_every_step(company, helpers):
    sale = helpers.lead(company, "shipment")
    helpers.ship(sale)
    helpers.deliver(sale)

    subjects = company.subjects(CLIENT)

    assert len(subjects) == 5
    assert any(subject.startswith(f"Заявка {sale.number} принята") for subject in subjects)
    assert any(subject.startswith("Коммерческое предложение") for subject in subjects)
    assert any(subject.startswith("Счёт № 1 на") for subject in subjects)
    assert any(subject.startswith("Доставка ") for subject in subjects)
    assert any("оцените" in subject for subject in subjects)
    for letter in company.letters(CLIENT):
        assert sale.link in letter.get_body(("plain",)).get_content()


def test_an_english_client_is_written_to_in_english(company, helpers):
    sale = company.request(language="en", contact_name="Erik Lund", email="erik@example.com")

    (letter,) = company.letters("erik@example.com")

    assert str(letter["Subject"]).startswith(f"Request {sale.number} received")
    assert sale.row.language == "en"


def test_the_request_keeps_who_consented_to_what(company):
    sale = company.request()

    with company.storage.read_session() as session:
        consents = list(session.scalars(select(Consent).where(Consent.instance_id == sale.id)))
    assert len(consents) == 1
    assert consents[0].address == "127.0.0.1"


def test_without_the_required_consent_nothing_starts(company):
    form = company.engine.public_forms.page(key="equipment_sale", language="ru")

    with pytest.raises(InvalidForm):
        company.engine.public_forms.submit(
            key="equipment_sale",
            posted={"subject": ["Станок"], "contact_name": ["Иван"], "email": [CLIENT]},
            language="ru",
            address="127.0.0.1",
            submit_key=form.submit_key,
        )


def test_a_request_by_phone_takes_the_same_road(company):
    manager = company.people["petrova@example.com"]

    started = company.engine.instances.start(
        key="equipment_sale",
        variables={
            "source": "phone",
            "subject": "Набор свёрл",
            "contact_name": "Пётр",
            "email": "p@example.com",
        },
        by=manager,
    )
    company.run()

    assert started.number.startswith("ПО-2026-")
    assert company.subjects("p@example.com")


def test_a_declined_quotation_ends_the_sale_with_the_reason(company, helpers):
    sale = helpers.lead(company, "answer")

    sale.answer("Отказаться", decline_reason="Дорого", decline_comment="Нашли дешевле")

    row = sale.row
    assert (row.state, row.status, row.resolution) == ("completed", "Отказ клиента", "Дорого")
    assert any("Спасибо за ответ" in subject for subject in company.subjects(CLIENT))


def test_an_answer_is_taken_once(company, helpers):
    sale = helpers.lead(company, "answer")
    page = company.engine.clients.page(secret=sale.secret, language="ru")
    accept = next(
        button.action_id for ask in page.asks for button in ask.buttons if "Принять" in button.label
    )
    sale.answer("Принять предложение")

    with pytest.raises(AlreadyAnswered):
        company.engine.clients.act(
            secret=sale.secret, action_id=accept, posted={}, language="ru", address="127.0.0.1"
        )


def test_a_quotation_is_reworked_as_often_as_the_client_asks(company, helpers):
    sale = helpers.lead(company, "answer")

    for wish in ("Нужна скидка", "Нужен другой срок"):
        sale.answer("Попросить изменить", client_comment=wish)
        assert sale.variables["client_comment"] == wish
        assert [task.name for task in sale.tasks()] == ["Доработать коммерческое предложение"]
        helpers.send_quote(sale, delivery_days=10)
    sale.answer("Принять предложение")

    assert [item.number for item in sale.documents()] == [f"{sale.number}/{version}" for version in (1, 2, 3)]
    assert sale.task_ids() == ["invoice"]


def test_a_request_that_cannot_be_helped_is_refused(company, helpers):
    sale = helpers.lead(company, "qualify")

    sale.do("qualify", next="refuse", loss_reason="Не наш товар")

    assert (sale.row.state, sale.row.status, sale.row.resolution) == (
        "completed",
        "Отклонена",
        "Не наш товар",
    )
    assert any(subject.startswith("По вашей заявке") for subject in company.subjects(CLIENT))


def test_a_large_discount_needs_the_head_and_the_director_one_after_the_other(company, helpers):
    sale = helpers.lead(company, "approval", discount=16)
    first = sale.tasks()[0]
    assert company.somebody_for(first).email == "belov@example.com"

    sale.do("vote", decision="approved")
    assert company.somebody_for(sale.tasks()[0]).email == "volkova@example.com"
    sale.do("vote", decision="approved")

    assert sale.buttons() == {"Принять предложение", "Попросить изменить", "Отказаться"}
    assert [vote["decision"] for vote in sale.variables["approval_votes"]] == ["approved", "approved"]


@pytest.mark.parametrize("decision", ["rework", "rejected"])
def test_the_first_who_disagrees_returns_the_quotation_to_the_manager(company, helpers, decision):
    sale = helpers.lead(company, "approval", discount=16)

    sale.do("vote", decision=decision, remark="Не больше 5 %")

    assert sale.task_ids() == ["quote"]
    assert sale.variables["approval_comment"] == "Не больше 5 %"
    helpers.send_quote(sale, discount=0)
    assert sale.task_ids() == []
    assert [item.version for item in sale.documents()] == [1]


def test_a_discount_within_the_managers_authority_asks_nobody(company, helpers):
    sale = helpers.lead(company, "answer", wanted=[{"product": "IN-SV", "qty": 3}], discount=3)

    assert sale.buttons() == {"Принять предложение", "Попросить изменить", "Отказаться"}


def test_a_silent_client_is_reminded_after_three_business_days_and_called_after_nine(company, helpers, clock):
    sale = helpers.lead(company, "answer")  # Wednesday, 10 June; the 12th is a holiday

    company.later(days=4)
    assert not _reminders(company)
    for expected in (1, 2):
        company.later(days=5)
        assert len(_reminders(company)) == expected
    company.later(days=6)

    assert sale.task_ids() == ["call"]
    sale.do("call", call_outcome="accepted", call_notes="Согласен")
    assert sale.task_ids() == ["invoice"]


def _reminders(company):
    return [subject for subject in company.subjects(CLIENT) if subject.startswith("Ждём вашего ответа")]


def test_the_reminder_comes_at_the_very_hour_of_the_third_business_day(company, helpers, clock):
    helpers.lead(company, "answer")  # Wednesday, 10 June 2026, 9:00 in Moscow

    clock.now = datetime(2026, 6, 16, 5, 59, tzinfo=UTC)
    company.run()
    assert not _reminders(company)
    clock.now = datetime(2026, 6, 16, 6, 0, tzinfo=UTC)
    company.run()

    assert len(_reminders(company)) == 1


def test_the_head_hears_of_a_client_without_an_answer_for_two_business_hours(company, helpers):
    sale = company.request()

    company.later(hours=2)

    assert [task.element_id for task in sale.tasks()] == ["qualify"]
    assert company.subjects("belov@example.com") == [f"Клиенту не ответили за 2 часа: {sale.number}"]


def test_payment_may_come_in_parts_before_and_after_the_shipment(company, helpers):
    sale = helpers.lead(company, "payment", wanted=[{"product": "IN-SV", "qty": 10}], terms="half")
    assert sale.variables["payment_amount"] == 32100

    helpers.pay(sale, 12100)
    assert (sale.row.status, sale.task_ids()) == ("Оплачена частично", ["payment"])
    assert sale.variables["payment_amount"] == 52100
    helpers.pay(sale, 20000)
    assert sale.task_ids() == ["pick", "rest_payment", "shipment"]
    helpers.ship(sale)
    helpers.deliver(sale)
    sale.answer("Отправить оценку", rating="4")
    assert (sale.row.state, sale.task_ids()) == ("active", ["rest_payment"])
    helpers.pay(sale, 32100, "rest_payment")

    assert (sale.row.state, sale.row.status) == ("completed", "Закрыта")
    assert [payment["amount"] for payment in sale.variables["payments"]] == [12100, 20000, 32100]


def test_more_than_the_rest_cannot_be_entered(company, helpers):
    sale = helpers.lead(company, "payment", wanted=[{"product": "IN-SV", "qty": 1}])

    with pytest.raises(InvalidForm) as refused:
        helpers.pay(sale, 6421)

    assert "payment_amount" in refused.value.errors


def test_with_deferred_payment_the_goods_go_first(company, helpers):
    sale = helpers.lead(company, "payment", terms="deferred")

    assert sale.task_ids() == ["pick", "rest_payment", "shipment"]


def test_an_unpaid_invoice_is_recalled_once(company, helpers):
    sale = helpers.lead(company, "payment")

    company.later(days=20)

    assert len([subject for subject in company.subjects(CLIENT) if subject.startswith("Напоминаем")]) == 1
    assert sale.task_ids() == ["payment"]


def test_a_delivery_may_be_put_off(company, helpers):
    sale = helpers.lead(company, "shipment")
    helpers.ship(sale)
    day = company.clock().date() + timedelta(days=2)
    sale.do(
        "delivery",
        carrier="carrier",
        carrier_name="Деловые линии",
        track_no="77",
        planned_date=day,
        delivery_address="Тула",
    )
    sale.do("delivered", delivery_outcome="delayed", delay_reason="Распутица")

    assert sale.task_ids() == ["delivery"]
    helpers.deliver(sale, in_days=3)

    assert sale.row.status == "Доставлена"
    assert len([subject for subject in company.subjects(CLIENT) if subject.startswith("Доставка")]) == 2


def test_logistics_are_reminded_of_a_delivery_nobody_confirmed(company, helpers):
    sale = helpers.lead(company, "shipment")
    helpers.ship(sale)
    day = company.clock().date() + timedelta(days=1)
    sale.do("delivery", carrier="own", planned_date=day, delivery_address="Тула")

    company.later(days=7)

    assert company.subjects("lebedeva@example.com") == [f"Доставка не подтверждена: {sale.number}"]


def test_a_client_who_rates_nothing_does_not_keep_the_sale_open(company, helpers):
    sale = helpers.lead(company, "shipment")
    helpers.ship(sale)
    helpers.deliver(sale)

    company.later(days=7)

    assert (sale.row.state, sale.row.status) == ("completed", "Закрыта")


def test_goods_without_services_need_no_installation(company, helpers):
    sale = helpers.lead(company, "shipment")
    helpers.ship(sale)
    helpers.deliver(sale)

    assert sale.task_ids() == []
    assert [item.kind for item in sale.documents()] == ["quote", "invoice", "upd"]


@pytest.mark.parametrize("place", ["qualify", "quote", "approval", "answer", "invoice", "payment"])
def test_a_request_is_cancelled_wherever_it_stands(company, helpers, place):
    sale = helpers.lead(company, place, discount=16 if place == "approval" else 0)

    company.engine.messages.correlate(
        name="request_cancelled",
        correlation={"request": sale.number},
        payload={"reason": "Закрыли проект"},
        by=company.people["admin@example.com"],
    )
    company.run()

    row = sale.row
    assert (row.state, row.status, row.resolution) == ("completed", "Отменена", "Закрыли проект")
    assert sale.tasks() == []
    assert sale.waits() == []
    assert f"Заявка {sale.number} отменена" in company.subjects(CLIENT)


def test_what_was_paid_is_returned_before_a_cancelled_request_ends(company, helpers):
    sale = helpers.lead(company, "shipment")

    company.engine.instances.cancel(
        instance_id=sale.id, reason="Отказ", by=company.people["admin@example.com"]
    )
    company.run()

    assert sale.task_ids() == ["refund"]
    sale.do("refund", refund_amount=100, refund_date=company.clock().date())
    assert (sale.row.state, sale.row.status) == ("completed", "Отменена")


def test_another_requests_cancellation_touches_nobody_else(company, helpers):
    one, other = helpers.lead(company, "quote"), helpers.lead(company, "quote")

    company.engine.messages.correlate(
        name="request_cancelled",
        correlation={"request": one.number},
        payload={},
        by=company.people["admin@example.com"],
    )
    company.run()

    assert (one.row.state, other.row.state) == ("completed", "active")


def test_every_visit_is_kept_with_why_a_decision_fell(company, helpers):
    sale = helpers.lead(company, "quote")

    with company.storage.read_session() as session:
        visit = session.scalars(
            select(Activity).where(Activity.instance_id == sale.id, Activity.element_id == "decide_manager")
        ).one()
    assert visit.data["decision"]["matched_rules"][0]["annotations"] == {
        "description": "Станки ведёт отдельная группа"
    }


def test_a_known_company_is_on_the_invoice_before_anybody_types_it(company, helpers):
    sale = helpers.lead(
        company, "invoice", fields={"email": "client1@example.com", "company": "Ромашка", "inn": ""}
    )

    variables = sale.variables

    assert variables["buyer_name"] == "ООО «Ромашка»"
    assert variables["buyer_inn"].startswith("770123456")
    assert variables["buyer_kpp"] == "770101001"
    assert "Ленинградский" in variables["buyer_address"]
