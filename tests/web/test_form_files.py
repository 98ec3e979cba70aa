"""Files attached to forms: kept while the form is filled in, judged by content, part of the request afterwards."""

import html
import io
import json
import re

import pytest

from bpmn import attachments
from bpmn.actors import Actor
from storage.models import Upload
from tests.cases.conftest import diagram
from tests.engine.kit import END, START, chain, el

PDF = b"%PDF-1.7 the content"
FORM = {
    "type": "default",
    "components": [
        {"type": "textfield", "key": "subject", "label": "Тема", "validate": {"required": True}},
        {"type": "filepicker", "key": "scan", "label": "Скан", "accept": ".pdf,image/*"},
        {"type": "filepicker", "key": "extra", "label": "Ещё файлы", "multiple": True},
        {
            "type": "button", "key": "haste", "label": "Обычная", "action": "submit",
            "properties": {"outcome": "calm"},
        },
        {
            "type": "button", "key": "haste", "label": "Срочная", "action": "submit",
            "properties": {"outcome": "urgent"},
        },
    ],
}  # fmt: skip


@pytest.fixture
def ann(engine, add_user, sign_in):
    """Ann starts requests with files and works on them."""
    review = el(
        "userTask", "review", name="Проверить", camunda_candidateGroups="heads", camunda_formKey="asked"
    )
    body = START.replace("/>", ' camunda:formKey="asked"/>') + review + END + chain("start", "review", "end")
    files = {"request.bpmn": diagram(body), "forms/asked.form": json.dumps(FORM).encode()}
    engine.deployments.deploy(files, by=Actor.system(), activate=True)
    add_user("ann@example.com", "Ann", groups=("heads",))
    return sign_in("ann@example.com")


def attach(browser, address="/start/request", **fields):
    """Post a form; a pair (name, content) is a file, a list several."""
    made = {}
    for name, value in fields.items():
        many = value if isinstance(value, list) else [value]
        made[name] = [
            (io.BytesIO(one[1]), one[0], "application/pdf") if isinstance(one, tuple) else one for one in many
        ]
    browser.get(address)
    return browser.post(address, data=made, content_type="multipart/form-data")


def words(response) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)))


def test_the_start_form_takes_files_and_its_buttons_are_the_outcomes(ann):
    page = ann.get("/start/request").get_data(as_text=True)

    assert 'enctype="multipart/form-data"' in page
    assert "Обычная" in page
    assert "Срочная" in page


def test_attached_files_become_documents_of_the_request(ann, engine):
    answer = attach(
        ann,
        subject="Счёт",
        scan=("скан.pdf", PDF),
        extra=[("a.txt", b"one"), ("b.csv", b"1;2")],
        haste="urgent",
    )

    assert answer.status_code == 303
    card = words(ann.get(answer.location))
    assert all(name in card for name in ("скан.pdf", "a.txt", "b.csv"))
    request = answer.location.rpartition("/")[2]
    document = re.search(r"/documents/(\d+)", ann.get(f"/requests/{request}").get_data(as_text=True))
    assert ann.get(document[0]).status_code == 200


def test_a_file_stays_attached_when_something_else_is_wrong(ann, engine):
    again = attach(ann, scan=("скан.pdf", PDF), haste="calm")

    page = again.get_data(as_text=True)
    reference = re.search(r'name="scan" value="([0-9a-f]{32})" checked', page)
    assert again.status_code == 422
    assert "скан.pdf" in page
    assert reference is not None

    done = attach(ann, subject="Счёт", scan=reference[1], haste="calm")
    assert "скан.pdf" in words(ann.get(done.location))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("virus.exe", b"MZ\x90\x00", "программы, скрипты и веб-страницы не принимаются"),
        ("photo.png", b"MZ\x90\x00", "программы, скрипты и веб-страницы не принимаются"),
        ("page.txt", b" <!DOCTYPE html><script>", "программы, скрипты и веб-страницы не принимаются"),
        ("run.js", b"alert(1)", "программы, скрипты и веб-страницы не принимаются"),
        ("scan.pdf", b"not a pdf", "не такое, как обещает его название"),
        ("empty.txt", b"", "пуст"),
        ("big.txt", b"x" * 20_000_001, "больше 20 МБ"),
    ],
)
def test_a_file_that_may_not_be_attached_is_refused_in_words_and_nothing_is_started(
    ann, engine, name, content, told
):
    answer = attach(ann, subject="Счёт", extra=(name, content), haste="calm")

    page = words(answer)
    assert answer.status_code == 422
    assert told in page
    assert 'value="Счёт"' in answer.get_data(as_text=True)


def test_a_field_takes_only_the_kinds_that_it_declares_whatever_the_browser_claims(ann):
    answer = attach(ann, subject="Счёт", scan=("notes.txt", b"plain"), haste="calm")

    assert answer.status_code == 422
    assert "Файл «notes.txt» не подойдёт. Можно приложить: PDF, изображения" in words(answer)
    page = answer.get_data(as_text=True)
    assert "notes.txt" in page, "the person sees which file it was"
    assert not re.search(r'name="scan" value="[0-9a-f]{32}" checked', page), "and need not take it back"


def test_a_reference_that_was_never_given_out_is_refused(ann):
    answer = attach(ann, subject="Счёт", scan="0" * 32, haste="calm")

    assert answer.status_code == 422
    assert "Файл не найден" in words(answer)


def test_a_task_shows_the_files_that_the_request_has_and_keeps_them(ann, engine):
    started = attach(ann, subject="Счёт", scan=("скан.pdf", PDF), haste="calm")
    task = re.search(r"/tasks/(\d+)", ann.get("/inbox?view=groups").get_data(as_text=True))
    task = task or re.search(r"/tasks/(\d+)", ann.get(started.location).get_data(as_text=True))
    address = f"/tasks/{task[1]}"
    assert "скан.pdf" in words(ann.get(address))
    ann.post(f"{address}/claim")

    done = ann.post(address, {"subject": "Счёт", "haste": "calm"})

    assert done.status_code == 303
    assert words(ann.get(started.location)).count("скан.pdf") >= 1


def kept(storage):
    """The names of the files that wait for their form, and how many contents there are."""
    with storage.read_session() as session:
        names = [row.file_name for row in session.query(Upload).order_by(Upload.file_name)]
    return names, sum(path.is_file() for path in storage.files.root.rglob("*"))


def test_a_file_that_was_never_submitted_goes_after_a_day(ann, engine, storage, clock):
    attach(ann, scan=("скан.pdf", PDF), haste="calm")
    assert kept(storage) == (["скан.pdf"], 1)

    clock.advance(hours=23)
    assert engine.uploads.expire() == 0
    clock.advance(hours=1)
    assert engine.uploads.expire() == 1

    assert kept(storage) == ([], 0)


def test_a_submitted_file_stays_and_so_does_its_content_when_a_copy_goes(ann, engine, storage, clock):
    attach(ann, scan=("copy.pdf", PDF), haste="calm")
    done = attach(ann, subject="Счёт", scan=("скан.pdf", PDF), haste="calm")
    clock.advance(days=2)

    assert engine.uploads.expire() == 1

    assert kept(storage) == (["скан.pdf"], 1)
    document = re.search(r"/documents/(\d+)", ann.get(done.location).get_data(as_text=True))
    assert ann.get(document[0]).data == PDF


def test_a_file_that_a_draft_names_stays_until_the_task_is_done(ann, engine, storage, clock):
    started = attach(ann, subject="Счёт", haste="calm")
    task = re.search(r"/tasks/(\d+)", ann.get(started.location).get_data(as_text=True))[0]
    ann.post(f"{task}/claim")
    page = attach(ann, task, subject="", scan=("скан.pdf", PDF), haste="calm").get_data(as_text=True)
    key = re.search(r'name="scan" value="([0-9a-f]{32})" checked', page)[1]
    ann.post(f"{task}/draft", {"subject": "", "scan": key})
    clock.advance(days=3)

    assert engine.uploads.expire() == 0

    done = ann.post(task, {"subject": "Счёт", "scan": key, "haste": "calm"})
    assert done.status_code == 303
    assert "скан.pdf" in words(ann.get(started.location))


def test_whoever_sends_a_form_whose_file_has_gone_is_told_to_attach_it_again(ann, engine, clock):
    page = attach(ann, scan=("скан.pdf", PDF), haste="calm").get_data(as_text=True)
    key = re.search(r'name="scan" value="([0-9a-f]{32})" checked', page)[1]
    clock.advance(days=2)
    engine.uploads.expire()

    answer = attach(ann, subject="Счёт", scan=key, haste="calm")

    assert answer.status_code == 422
    assert "Файл не найден, приложите его снова" in words(answer)


def test_a_file_that_goes_while_its_form_is_being_accepted_is_missed_not_lost_silently(
    ann, engine, storage, clock, monkeypatch
):
    page = attach(ann, scan=("скан.pdf", PDF), haste="calm").get_data(as_text=True)
    key = re.search(r'name="scan" value="([0-9a-f]{32})" checked', page)[1]
    clock.advance(days=2)
    real = attachments.known

    def known_then_gone(*arguments):
        found = real(*arguments)
        engine.uploads.expire()
        return found

    monkeypatch.setattr(attachments, "known", known_then_gone)
    answer = attach(ann, subject="Счёт", scan=key, haste="calm")

    assert answer.status_code == 422
    assert "Файл не найден, приложите его снова" in words(answer)
