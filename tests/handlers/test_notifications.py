"""Who is told what, in which language, and that nobody is told twice."""

import email
import socket
import threading
from datetime import UTC, datetime
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from handlers.errors import HandlerError, UncertainEffect
from handlers.mailer import SmtpMailer
from handlers.settings import MailSettings
from storage.models import Document, Effect, Event, File, Mail, Notification

MOMENT = datetime(2026, 6, 10, 9, tzinfo=UTC)
TEXTS = {
    "texts/hello.ru.md": "Subject: Заявка {{ request.number }}\n\nЗдравствуйте, {{ name }}.\n\n{{ link }}\n",
    "texts/hello.en.md": "Subject: Request {{ request.number }}\n\nHello {{ name }}.\n\n{{ link }}\n",
}


@pytest.fixture
def bundle(bundle):
    bundle.files.update({path: text.encode() for path, text in TEXTS.items()})
    return bundle


@pytest.fixture
def sale(run, new_request):
    request = new_request(number="ПО-2026-000001", stage="Приём")
    run(
        "requests.register",
        request,
        subject="Станок",
        contact_name="Анна <b>",
        email="anna@client.example.com",
    )
    return request


@pytest.fixture
def letters(settings):
    def read():
        return sorted(
            (
                email.message_from_bytes(path.read_bytes(), policy=default)
                for path in settings.mail.folder.glob("*.eml")
            ),
            key=lambda message: str(message["To"]),
        )

    return read


def send(run, sale, **values):
    return run(
        "notifications.send", sale, text="hello", context={"variables": {"name": "Анна <b>"}}, **values
    )


def test_the_client_gets_a_letter_with_the_secret_link(run, sale, letters, storage):
    assert send(run, sale, to="client") == {"sent": 1}

    (letter,) = letters()
    plain = letter.get_body(("plain",)).get_content()
    html = letter.get_body(("html",)).get_content()
    assert letter["Subject"] == "Заявка ПО-2026-000001"
    assert letter["To"].addresses[0].addr_spec == "anna@client.example.com"
    assert "https://marshrut.example.com/t/s3cret" in plain
    assert 'href="https://marshrut.example.com/t/s3cret"' in html
    assert "Анна &lt;b&gt;" in html
    assert letter["Auto-Submitted"] == "auto-generated"
    with storage.read_session() as session:
        (mail,) = session.scalars(select(Mail))
        assert (mail.recipient, mail.subject) == ("anna@client.example.com", "Заявка ПО-2026-000001")
        assert mail.message_id == letter["Message-ID"]
        assert list(session.scalars(select(Notification))) == []


def test_employees_get_a_note_and_a_letter_in_their_own_language(run, sale, letters, storage, add_user):
    add_user("ru@example.com", "sales")
    add_user("en@example.com", "sales", language="en")

    assert send(run, sale, to=["group:sales", "ru@example.com"]) == {"sent": 2}

    assert [letter["Subject"] for letter in letters()] == ["Request ПО-2026-000001", "Заявка ПО-2026-000001"]
    assert all("/requests/" in letter.get_body(("plain",)).get_content() for letter in letters())
    with storage.read_session() as session:
        assert len(list(session.scalars(select(Notification)))) == 2


def test_a_repeat_of_the_same_job_sends_and_keeps_nothing_twice(run, sale, letters, storage, add_user):
    sale.responsible_id = add_user("m@example.com")
    for _ in range(2):
        run(
            "notifications.send", sale, text="hello", to="responsible",
            context={"variables": {"name": "x"}, "idempotency_key": "one"},
        )  # fmt: skip

    assert len(letters()) == 1
    with storage.read_session() as session:
        assert len(list(session.scalars(select(Mail)))) == 1
        assert len(list(session.scalars(select(Notification)))) == 1
        assert len(list(session.scalars(select(Event).where(Event.kind == "mail")))) == 1


def test_a_client_without_an_address_is_told_on_the_timeline(run, new_request, storage):
    request = new_request()
    run("requests.register", request, subject="x", phone="89123456789")

    assert run("notifications.send", request, text="hello", to="client") == {"sent": 0}
    with storage.read_session() as session:
        (event,) = session.scalars(select(Event).where(Event.kind == "not_sent"))
        assert event.data["reason"] == "no_address"


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("group:nobody", "notifications.unknown_recipient"),
        ("not an address", "notifications.unknown_recipient"),
        ("responsible", "notifications.no_responsible"),
    ],
)
def test_a_recipient_that_is_nobody_is_an_error_in_words(run, sale, to, code):
    with pytest.raises(HandlerError) as caught:
        send(run, sale, to=to)

    assert caught.value.code == code


def test_documents_of_other_requests_are_never_attached(run, sale):
    with pytest.raises(HandlerError, match="123"):
        send(run, sale, to="client", attach=[123])


def test_documents_go_with_the_letter_under_their_names(run, sale, letters, storage):
    content = b"%PDF-1.7 sample"
    reference = storage.files.put(content, "application/pdf")
    with storage.unit_of_work() as uow:
        uow.session.add(
            File(hash=reference.hash, size=reference.size, media_type="application/pdf", created_at=MOMENT)
        )
        uow.session.flush()
        uow.session.add(
            Document(
                id=5, instance_id=sale.id, kind="invoice", title="Счёт", state="ready", file_hash=reference.hash,
                file_name="Счёт на оплату 1.pdf", idempotency_key="x", created_at=MOMENT,
            )
        )  # fmt: skip

    send(run, sale, to="client", attach=[5])

    (attachment,) = letters()[0].iter_attachments()
    assert attachment.get_filename() == "Счёт на оплату 1.pdf"
    assert attachment.get_content() == content
    with storage.read_session() as session:
        assert session.scalars(select(Mail)).one().attachments == ["5"]


class Server:
    """Keeps letters, or breaks the connection once a letter has been taken."""

    def __init__(self, *, breaks=False, answer="250 OK"):
        self.taken, self.breaks, self.answer = [], breaks, answer

    async def handle_DATA(self, server, session, envelope):
        self.taken.append(envelope)
        if self.breaks:
            server.transport.abort()
        return self.answer


@pytest.fixture
def smtp():
    running = []

    def start(**behaviour):
        handler = Server(**behaviour)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        controller = Controller(handler, hostname="127.0.0.1", port=port)
        controller.start()
        running.append(controller)
        return handler, SmtpMailer(
            MailSettings(
                transport="smtp", host="127.0.0.1", port=port, timeout_s=3, sender="M <m@example.com>"
            )
        )

    yield start
    for controller in running:
        controller.stop()


def by_smtp(run, sale, mailer, key="one"):
    return run(
        "notifications.send", sale, text="hello", to="client",
        context={"variables": {"name": "x"}, "mailer": mailer, "idempotency_key": key},
    )  # fmt: skip


def test_a_letter_by_smtp_is_sent_once_for_one_job(run, sale, smtp):
    server, mailer = smtp()

    by_smtp(run, sale, mailer)
    by_smtp(run, sale, mailer)

    (envelope,) = server.taken
    assert envelope.rcpt_tos == ["anna@client.example.com"]


def test_a_connection_that_breaks_after_the_letter_is_uncertain_and_never_repeated(run, sale, smtp, storage):
    server, mailer = smtp(breaks=True)

    for _ in range(2):
        with pytest.raises(UncertainEffect) as caught:
            by_smtp(run, sale, mailer)
        assert not caught.value.retryable

    assert len(server.taken) == 1
    with storage.read_session() as session:
        assert [effect.state for effect in session.scalars(select(Effect))] == ["begun"]


def test_a_refusal_is_certain_and_may_be_tried_again(run, sale, smtp, storage):
    _, refusing = smtp(answer="451 later")
    with pytest.raises(HandlerError) as caught:
        by_smtp(run, sale, refusing)
    assert (caught.value.code, caught.value.retryable) == ("mail.refused", True)

    server, mailer = smtp()
    by_smtp(run, sale, mailer)

    assert len(server.taken) == 1


def test_a_server_that_is_not_there_is_certain(run, sale):
    with pytest.raises(HandlerError) as caught:
        by_smtp(run, sale, SmtpMailer(MailSettings(transport="smtp", host="127.0.0.1", port=1, timeout_s=1)))

    assert (caught.value.code, caught.value.retryable) == ("mail.unreachable", True)


def test_a_silent_server_is_given_up_after_the_timeout(run, sale):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        threading.Thread(target=silent.accept, daemon=True).start()
        mailer = SmtpMailer(
            MailSettings(transport="smtp", host="127.0.0.1", port=silent.getsockname()[1], timeout_s=0.3)
        )
        with pytest.raises(HandlerError, match="mail server"):
            by_smtp(run, sale, mailer)
