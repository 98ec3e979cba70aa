"""A bundle whose texts or templates cannot work is refused before it is deployed."""

from handlers.bundle_lint import check_files, check_task
from tests.paths import ROOT

FILES = {
    "texts/a.ru.md": b"{{ name }}",
    "texts/a.en.md": b"{{ name }}",
    "texts/b.ru.md": b"x\n{% if %}",
    "texts/c.ru.md": "x".encode("utf-16"),
    "documents/quote.typ": b"",
    "documents/upd.typ": b"",
    "documents/torg12.typ": b"",
}


def test_mistakes_of_texts_are_named_with_their_line():
    found = [(problem.file, problem.line) for problem in check_files(FILES)]

    assert found == [("texts/b.ru.md", 2), ("texts/c.ru.md", None)]


def test_a_text_must_be_there_in_both_languages():
    def missing(key):
        return [problem.file for problem in check_task("notifications.send", {"text": key}, FILES)]

    assert missing("a") == missing("=key") == []
    assert missing("b") == ["texts/b.en.md"]


def test_a_template_must_be_there():
    def missing(key):
        return [problem.message("ru") for problem in check_task("documents.create", {"template": key}, FILES)]

    assert missing("quote") == missing("delivery_note") == missing("=key") == []
    assert missing("letter") == ["В наборе нет шаблона documents/letter.typ."]


def test_the_texts_of_the_shipped_process_have_no_mistakes():
    folder = ROOT / "processes" / "equipment_sale"
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    assert list(check_files(files)) == []
