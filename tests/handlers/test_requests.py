"""Registration, assignment, status."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from handlers.errors import HandlerError
from storage.ids import new_id
from storage.models import Contact, Counterparty, Event, Instance

INN = "7700000016"
MOMENT = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)


def events(storage, request, kind):
    with storage.read_session() as session:
        return [
            event.data
            for event in session.scalars(
                select(Event).where(Event.instance_id == request.id, Event.kind == kind).order_by(Event.id)
            )
        ]


def test_registration_numbers_without_gaps_and_fills_the_request(storage, run, new_request):
    first, second = new_request(), new_request()

    run(
        "requests.register",
        first,
        subject=" Токарный станок ",
        prefix="ПО",
        contact_name="Анна",
        phone="8 (912) 345-67-89",
    )
    run("requests.register", second, subject="Пила", prefix="ПО", email="b@example.com", language="en")

    assert [first.number, second.number] == ["ПО-2026-000001", "ПО-2026-000002"]
    assert first.business_key == first.number
    assert (first.subject, first.requester, first.language) == ("Токарный станок", "Анна", "ru")
    assert second.language == "en"
    with storage.read_session() as session:
        assert session.get(Instance, first.id).number == "ПО-2026-000001"
        assert session.get(Contact, first.contact_id).phone == "+79123456789"


def test_the_year_of_a_number_is_that_of_the_organisation(run, new_request):
    request = new_request()

    run(
        "requests.register",
        request,
        subject="x",
        prefix="ПО",
        context={"now": datetime(2026, 12, 31, 21, 30, tzinfo=UTC)},
    )

    assert request.number == "ПО-2027-000001"


def test_parallel_registrations_never_share_a_number(run, new_request):
    requests = [new_request() for _ in range(12)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda request: run("requests.register", request, subject="x", prefix="ПО"), requests))

    assert {request.number for request in requests} == {f"ПО-2026-{n:06d}" for n in range(1, 13)}


def test_a_refused_step_gives_its_number_back(storage, run, registry, context_of, new_request):
    lost, kept = new_request(), new_request()

    def fail_after_registration():
        with storage.unit_of_work() as uow:
            registry.get("requests.register").call(
                context_of(lost, uow=uow), {"subject": "x", "prefix": "ПО"}
            )
            raise RuntimeError("the step after it failed")

    with pytest.raises(RuntimeError):
        fail_after_registration()
    run("requests.register", kept, subject="x", prefix="ПО")

    assert kept.number == "ПО-2026-000001"


def test_passing_registration_again_keeps_the_number(run, new_request):
    request = new_request()

    first = run("requests.register", request, subject="x", prefix="ПО", email="a@example.com")
    again = run("requests.register", request, subject="y", prefix="ПО", email="a@example.com")

    assert again["number"] == first["number"]
    assert again["contact_id"] == first["contact_id"]


@pytest.mark.parametrize(
    "written",
    [{"phone": "+7 912 345 67 89"}, {"phone": "8(912)3456789 доб. 5"}, {"email": " ANNA@Example.com "}],
)
def test_a_contact_is_found_by_phone_or_mail_however_written(run, new_request, written):
    first = run(
        "requests.register",
        new_request(),
        subject="x",
        contact_name="Анна",
        phone="89123456789",
        email="anna@example.com",
    )

    second = run("requests.register", new_request(), subject="y", **written)

    assert second["contact_id"] == first["contact_id"]


def test_a_company_is_found_by_its_tax_number_with_its_manager(storage, run, new_request, add_user):
    manager = add_user("petrov@example.com")
    with storage.unit_of_work() as uow:
        uow.session.add(
            Counterparty(
                id=new_id(), kind="company", name="Ромашка", inn=INN, region="СПб", segment="VIP",
                manager_id=manager, created_at=MOMENT,
            )
        )  # fmt: skip

    result = run("requests.register", new_request(), subject="x", company="ООО РОМАШКА", inn=INN)

    assert result["counterparty_name"] == "Ромашка"
    assert (result["existing_manager"], result["region"], result["segment"]) == (
        "petrov@example.com",
        "СПб",
        "VIP",
    )


def test_a_new_company_gets_the_region_of_its_tax_number(run, new_request):
    result = run("requests.register", new_request(), subject="x", company="ООО Новая", inn=INN)

    assert result["region"] == "Москва"
    assert result["existing_manager"] is None


def test_a_wrong_tax_number_is_neither_stored_nor_matched(storage, run, new_request):
    result = run("requests.register", new_request(), subject="x", company="ООО Новая", inn="7700000017")

    with storage.read_session() as session:
        assert session.get(Counterparty, result["counterparty_id"]).inn == ""


def test_a_similar_recent_request_of_the_same_contact_is_a_possible_duplicate(run, new_request):
    client = {"email": "anna@example.com"}
    old = new_request(created_at=MOMENT - timedelta(days=20))
    run("requests.register", old, subject="Токарный станок 16К20", **client)
    other = new_request()
    run("requests.register", other, subject="Набор ключей", **client)
    stranger = new_request()
    run("requests.register", stranger, subject="Токарный станок 16К20", email="x@example.com")
    similar = new_request()
    run("requests.register", similar, subject="станок токарный 16к20, срочно", **client)

    result = run("requests.register", new_request(), subject="Токарный станок 16К20", **client)

    assert result["duplicates"] == [similar.number]


def test_round_robin_goes_through_the_group(run, new_request, add_user):
    for name in ("a", "b", "c"):
        add_user(f"{name}@example.com", "sales")
    add_user("gone@example.com", "sales", active=False)

    chosen = [run("requests.assign", new_request(), group="sales")["responsible"] for _ in range(4)]

    assert chosen == ["a@example.com", "b@example.com", "c@example.com", "a@example.com"]


def test_the_least_loaded_is_chosen(run, new_request, add_user):
    busy = add_user("a@example.com", "sales")
    add_user("b@example.com", "sales")
    new_request(responsible_id=busy)

    assert (
        run("requests.assign", new_request(), group="sales", strategy="least_loaded")["responsible"]
        == "b@example.com"
    )


def test_a_named_person_wins_over_the_group(storage, run, new_request, add_user):
    add_user("a@example.com", "sales")
    manager = add_user("m@example.com")
    request = new_request()

    run("requests.assign", request, group="sales", user="M@example.com")

    assert request.responsible_id == manager
    assert events(storage, request, "responsible") == [{"from": None, "to": manager}]


def test_a_person_who_left_gives_way_to_the_group(run, new_request, add_user):
    add_user("left@example.com", active=False)
    add_user("a@example.com", "sales")

    assert (
        run("requests.assign", new_request(), group="sales", user="left@example.com")["responsible"]
        == "a@example.com"
    )


@pytest.mark.parametrize(
    ("whom", "code"),
    [
        ({"user": "no@example.com"}, "assign.unknown_user"),
        ({"group": "empty"}, "assign.nobody"),
        ({}, "assign.whom"),
    ],
)
def test_nobody_to_assign_is_an_error_in_words(run, new_request, whom, code):
    with pytest.raises(HandlerError) as caught:
        run("requests.assign", new_request(), **whom)

    assert caught.value.code == code


def test_a_status_is_written_to_the_timeline_once(storage, run, new_request):
    request = new_request(status="Новая")

    run("requests.set_status", request, status="Подготовка КП", amount=Decimal("122000.505"), currency="RUB")
    run("requests.set_status", request, status="Подготовка КП")

    assert events(storage, request, "status") == [{"from": "Новая", "to": "Подготовка КП"}]
    with storage.read_session() as session:
        saved = session.get(Instance, request.id)
        assert (saved.status, saved.amount, saved.currency) == ("Подготовка КП", Decimal("122000.51"), "RUB")


def test_an_amount_beyond_reason_is_refused_by_its_name(run, new_request):
    with pytest.raises(HandlerError, match="amount"):
        run("requests.set_status", new_request(), status="x", amount=Decimal("1e30"))


def test_heads_approve_before_directors_and_nobody_their_own_request(run, new_request, add_user):
    add_user("head@example.com", "heads")
    add_user("second@example.com", "heads")
    add_user("director@example.com", "directors")

    both = run("approvals.route", new_request(), level="director", initiator="head@example.com")["approvers"]

    assert [(item["user"], item["group"], item["level"]) for item in both] == [
        ("second@example.com", "heads", 1),
        ("director@example.com", "directors", 2),
    ]


def test_an_only_head_is_approved_by_the_group_above(run, new_request, add_user):
    head = add_user("head@example.com", "heads")
    add_user("director@example.com", "directors")

    approvers = run("approvals.route", new_request(responsible_id=head), level="head")["approvers"]

    assert [item["user"] for item in approvers] == ["director@example.com"]


def test_no_approval_needs_no_approvers(run, new_request):
    assert run("approvals.route", new_request(), level="none") == {"approvers": []}


@pytest.mark.parametrize(
    ("level", "code"), [("head", "approvals.nobody"), ("boss", "approvals.unknown_level")]
)
def test_an_approval_without_approvers_is_an_error_in_words(run, new_request, level, code):
    with pytest.raises(HandlerError) as caught:
        run("approvals.route", new_request(), level=level)

    assert caught.value.code == code
