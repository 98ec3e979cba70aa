"""Drafts over HTTP: tags guard saves, what the modeler asks is answered in words, only those who draw may."""

import json

import pytest

from bpmn.drafts import tag_of
from tests.web_kit import CHECK_FILES

JSON = {"Accept": "application/json"}


@pytest.fixture
def analyst(add_user, sign_in):
    add_user("anna@example.com", "Анна", groups=("heads",), roles=("analyst",))
    return sign_in("anna@example.com")


@pytest.fixture
def draft(analyst, engine, add_user):
    by = add_user("boris@example.com", "Борис", roles=("analyst",))
    draft_id = engine.drafts.create(name="Проверка", by=by, files=CHECK_FILES)
    return f"/processes/drafts/{draft_id}"


def send(browser, method, path, body=b"", **headers):
    token = {"X-CSRFToken": browser.token()}
    return browser.http.open(path, method=method, data=body, headers={**JSON, **token, **headers})


def ask(browser, address, /, **body):
    return send(browser, "POST", address, json.dumps(body), **{"Content-Type": "application/json"})


def test_a_new_process_begins_with_a_diagram_of_its_name(analyst, engine):
    made = analyst.post("/processes/drafts", {"name": "Отпуск сотрудника"})

    page = analyst.get(made.headers["Location"])
    draft_id = int(made.headers["Location"].rpartition("/")[2])
    row = engine.drafts.all(by=anna(engine))[0]
    assert (row.draft_id, row.name) == (draft_id, "Отпуск сотрудника")
    assert b"otpusk_sotrudnika.bpmn" in page.data
    assert "style-src 'self' 'unsafe-inline'" in page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]


def anna(engine):
    from bpmn.actors import ANALYST, Actor

    return Actor(None, roles=frozenset({ANALYST}))


def test_a_save_needs_the_tag_of_what_its_author_saw(analyst, draft):
    path = f"{draft}/files/check.bpmn"
    tag = analyst.get(path, headers=JSON).headers["ETag"]

    assert send(analyst, "PUT", path, b"<a/>").status_code == 428
    first = send(analyst, "PUT", path, b"<a/>", **{"If-Match": tag})
    late = send(analyst, "PUT", path, b"<b/>", **{"If-Match": tag})
    over = send(analyst, "PUT", f"{path}?overwrite=1", b"<b/>", **{"If-Match": tag})

    assert (first.status_code, late.status_code, over.status_code) == (200, 409, 200)
    assert late.json["code"] == "conflict"
    assert late.json["by"] == "Анна"
    assert analyst.get(path, headers=JSON).data == b"<b/>"


def test_a_file_is_added_and_taken_away(analyst, draft):
    path = f"{draft}/files/texts/hello.ru.md"

    made = send(analyst, "PUT", path, "Привет".encode(), **{"If-None-Match": "*"})
    gone = send(analyst, "DELETE", path, **{"If-Match": f'"{made.json["tag"]}"'})

    assert made.json["tag"] == tag_of("Привет".encode())
    assert gone.status_code == 200
    assert analyst.get(path, headers=JSON).status_code == 404


def test_a_path_that_leads_out_of_the_folder_is_refused(analyst, draft):
    for path in ("..%2f..%2fetc/passwd", "a/../../b", "%00.bpmn"):
        answer = send(analyst, "PUT", f"{draft}/files/{path}", b"x", **{"If-None-Match": "*"})

        assert answer.status_code in (400, 404), path


def test_what_is_not_saved_yet_is_checked_with_the_rest(analyst, draft):
    good = ask(analyst, f"{draft}/check", files={}).json
    bad = ask(analyst, f"{draft}/check", files={"forms/check.form": None}).json

    assert [one for one in good["problems"] if one["severity"] == "error"] == []
    assert "note" in good["variables"]
    assert [(one["rule"], one["element"]) for one in bad["problems"] if one["severity"] == "error"] == [
        ("form.unknown", "look")
    ]


def test_an_expression_is_judged_with_the_place_of_its_mistake(analyst):
    for text, place, error, column in (
        ("=amount > 5", "condition", False, None),
        ("amount >", "condition", True, 9),
        ("=amount >", "text", True, 10),
        ("anna@example.com", "text", False, None),
        ("${fn:length(goods)}", "text", True, None),
        ("goods[price > 5]", "feel", False, None),
    ):
        found = ask(analyst, "/processes/drafts/expression", text=text, place=place, known=["amount"]).json

        assert (bool(found["error"]), found["column"]) == (error, column), text


def test_names_that_nothing_writes_are_told(analyst):
    found = ask(
        analyst, "/processes/drafts/expression", text="=amuont > 5", place="condition", known=["amount"]
    ).json

    assert found["unknown"] == ["amuont"]


def test_a_time_is_said_in_words(analyst):
    for kind, text, dates, error in (
        ("duration", "PT4H", 1, False),
        ("duration", "four hours", 0, True),
        ("cycle", "R3/P1D", 3, False),
        ("cycle", "0 9 * * 1", 3, False),
        ("date", "2030-01-01T10:00", 1, False),
        ("due", "=business hours after(now(), 4)", 1, False),
    ):
        found = ask(analyst, "/processes/drafts/times", text=text, kind=kind).json

        assert (len(found["dates"]), bool(found["error"])) == (dates, error), text


def test_who_would_get_a_task_today_is_named(analyst):
    found = ask(
        analyst, "/processes/drafts/receivers", assignee="", groups="heads, nobody", users="=boss"
    ).json

    assert found == {"people": ["Анна"], "later": ["=boss"], "unknown": ["nobody"]}


def test_a_script_is_tried_in_the_sandbox(analyst):
    good = ask(
        analyst, "/processes/drafts/script", source="b = a * 2", format="python", values='{"a": 2}'
    ).json
    bad = ask(
        analyst, "/processes/drafts/script", source="x = 1\ny = 1 / 0", format="python", values="{}"
    ).json
    open_file = ask(
        analyst, "/processes/drafts/script", source="open('/etc/passwd')", format="python", values=""
    ).json

    assert good["variables"]["b"] == "4"
    assert bad["error"]
    assert open_file["error"]


def test_a_form_and_a_text_are_shown_as_people_will_see_them(analyst, draft):
    form = ask(
        analyst, "/processes/drafts/form-preview", source=CHECK_FILES["forms/check.form"].decode()
    ).json
    text = ask(
        analyst, f"{draft}/text-preview", path="texts/a.ru.md",
        source="Subject: Заявка\n\nЗдравствуйте, {{ name }} <script>alert(1)</script>", values='{"name": "Иван"}',
    ).json  # fmt: skip

    bare = ask(
        analyst, f"{draft}/text-preview", path="texts/a.ru.md", source="Subject: {{ request.number }}\n\n{{ who }}", values=""
    ).json  # fmt: skip

    assert (bare["error"], bare["subject"]) == ("", "ПО-2026-00042")
    assert "«who»" in bare["html"]
    assert "Заметка" in form["html"]
    assert "disabled" in form["html"]
    assert (text["subject"], "Иван" in text["html"], "<script" in text["html"]) == ("Заявка", True, False)


def test_the_draft_becomes_a_version_that_is_not_in_force(analyst, draft, engine):
    refused = analyst.post(f"{draft}/version", {"note": ""})
    assert refused.status_code == 200

    bundle = engine.deployments.bundle(definition(engine, "check"))

    assert bundle.definition.state == "stored"
    assert "Анна" in analyst.get(f"{draft}/history").text


def definition(engine, key):
    from sqlalchemy import select

    from storage.models import Definition

    with engine.storage.read_session() as session:
        return session.scalar(select(Definition.id).where(Definition.key == key))


def test_a_draft_that_cannot_run_is_not_made_a_version(analyst, draft):
    path = f"{draft}/files/forms/check.form"
    tag = analyst.get(path, headers=JSON).headers["ETag"]
    send(analyst, "DELETE", path, **{"If-Match": tag})

    answer = analyst.post(f"{draft}/version", {"note": ""})

    assert answer.status_code == 422
    assert "forms/check.form" in answer.text


def test_who_is_signed_out_is_told_so_and_not_sent_to_a_page(app, draft):
    with app.test_client() as nobody:
        assert nobody.get(f"{draft}/state?tab=a", headers=JSON).status_code == 401


def test_employees_see_no_drafts(add_user, sign_in, draft):
    add_user("clerk@example.com")
    clerk = sign_in("clerk@example.com")

    assert clerk.get("/processes/drafts").status_code == 403
    assert clerk.get(f"{draft}/state?tab=a", headers=JSON).status_code == 403


def test_handlers_are_offered_as_templates_of_the_desktop_modeler(analyst):
    templates = analyst.get("/processes/drafts/element-templates.json").json

    wanted = next(one for one in templates if one["id"] == "marshrut.requests.set_status")
    assert wanted["name"] == "Сменить статус"
    assert {"type": "Hidden", "value": "requests.set_status", "binding": {"type": "property", "name": "camunda:topic"}} in wanted["properties"]  # fmt: skip
