"""The page that compares two versions of a process."""

from bpmn.actors import Actor
from tests.web_kit import CHECK, CHECK_FILES, CHECK_FORM

NEWER = {
    **CHECK_FILES,
    "check.bpmn": CHECK.replace(
        b'candidateGroups="heads" camunda:formKey', b'candidateGroups="chiefs" camunda:formKey'
    ),
    "forms/check.form": CHECK_FORM.replace(b'"maxLength": 50', b'"maxLength": 90'),
    "texts/hello.ru.md": b"Subject: A\n\nB",
    "texts/hello.en.md": b"Subject: A\n\nB",
}


def test_two_versions_are_compared_on_both_diagrams_and_in_words(engine, admin_browser):
    engine.deployments.deploy(CHECK_FILES, by=Actor.system(), activate=True)
    engine.deployments.deploy(NEWER, by=Actor.system())

    page = admin_browser.get("/processes/check/compare").get_data(as_text=True)

    assert "Версия 2 по сравнению с версией 1" in page
    assert page.count("<svg") >= 2
    assert "группы исполнителей" in page
    assert "chiefs" in page
    assert "validate.maxLength" in page
    assert "texts/hello.ru.md" in page
    assert "Сравнить" in page


def test_versions_that_do_not_exist_are_not_found(engine, admin_browser):
    engine.deployments.deploy(CHECK_FILES, by=Actor.system(), activate=True)

    assert admin_browser.get("/processes/check/compare?from=1&to=9").status_code == 404
    assert admin_browser.get("/processes/nothing/compare").status_code == 404
    assert "одинаковы" in admin_browser.get("/processes/check/compare?from=1&to=1").get_data(as_text=True)
