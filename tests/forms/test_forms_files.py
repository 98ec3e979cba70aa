"""What a field says about the files that it takes is what it checks."""

import pytest

from bpmn import forms
from tests.forms.conftest import field

MB = 1_000_000


def picker(*, accept="", multiple=False, **own):
    return field("filepicker", "x", accept=accept, multiple=multiple, properties=own)


def pdf(size=MB, name="a.pdf"):
    return {"name": name, "type": "application/pdf", "size": size}


@pytest.mark.parametrize(
    ("component", "russian", "english"),
    [
        (picker(), "До 20 МБ", "Up to 20 MB"),
        (picker(maxSize="2.5"), "До 2,5 МБ", "Up to 2.5 MB"),
        (
            picker(accept=".pdf, image/*,.docx,.doc,.DWG", multiple=True, maxSize="5", maxFiles="3"),
            "Подойдут: PDF, изображения, Word, DWG. До 5 МБ каждый, не больше 3 файлов",
            "Accepted: PDF, images, Word, DWG. Up to 5 MB each, at most 3 files",
        ),
        (picker(accept="application/pdf,text/plain"), "Подойдут: PDF, текст. До 20 МБ", "Accepted: PDF, text. Up to 20 MB"),
    ],
)  # fmt: skip
def test_limits_are_told_before_a_file_is_chosen(form, component, russian, english):
    for language, hint in (("ru", russian), ("en", english)):
        (shown,) = forms.view(form(component), {}, language=language).fields
        assert shown.hint == hint


def test_the_authors_words_stand_before_the_limits(form):
    (shown,) = forms.view(form(picker() | {"description": "Карточка предприятия."}), {}).fields

    assert shown.hint == "Карточка предприятия. До 20 МБ"


def test_a_file_larger_than_the_field_takes_is_named_and_not_ticked_again(form, submit):
    files = {"f1": pdf(2 * MB, "счёт.pdf"), "f2": pdf(MB, "акт.pdf")}
    component = picker(multiple=True, maxSize="1.5")

    result = submit([component], {"x": ["f1", "f2"]}, files=files)

    assert result.errors == {"x": "Файл «счёт.pdf» больше 1,5 МБ, приложите файл поменьше"}
    page = forms.view(form(component), {}, posted={"x": ["f1", "f2"]}, errors=result.errors, files=files)
    assert [(option.label, option.chosen) for option in page.fields[0].options] == [
        ("счёт.pdf", False),
        ("акт.pdf", True),
    ]


def test_more_files_than_the_field_takes_are_refused(submit):
    files = {f"f{i}": pdf() for i in range(4)}

    result = submit([picker(multiple=True, maxFiles="3")], {"x": list(files)}, files=files)

    assert result.errors == {"x": "Можно приложить не больше 3 файлов, сейчас 4. Снимите отметки с лишних"}
    assert submit([picker(multiple=True, maxFiles="4")], {"x": list(files)}, files=files).ok


def test_programs_are_held_to_the_same_limits_and_can_read_them_in_the_schema(form):
    made = form(picker(multiple=True, maxSize="1", maxFiles="2"))
    files = {"f1": pdf(2 * MB), "f2": pdf(), "f3": pdf()}

    assert "larger than 1 MB" in forms.check(made, {"x": ["f1"]}, {}, language="en", files=files).errors["x"]
    many = forms.check(made, {"x": ["f2", "f3", "f3"]}, {}, language="en", files=files | {"f3": pdf()})
    assert "At most 2 files" in many.errors["x"]
    schema = forms.json_schema(made, "en")["properties"]["x"]
    assert schema["maxItems"] == 2
    assert "Up to 1 MB each, at most 2 files" in schema["description"]


@pytest.mark.parametrize("own", [{"maxSize": "many"}, {"maxSize": "21"}, {"maxSize": "0"}, {"maxFiles": "2.5"},
                                 {"maxFiles": "0"}, {"maxFiles": "21"}, {"maxSize": "NaN"}])  # fmt: skip
def test_a_limit_that_cannot_be_meant_stops_the_deployment(form, own):
    (finding,) = forms.lint(form(picker(**own)))

    ((name, value),) = own.items()
    assert (finding.code, finding.level) == ("form.file_limit", "error")
    assert f"“{name}” must be" in finding.message("en")
    assert f"сейчас «{value}»" in finding.message("ru")
