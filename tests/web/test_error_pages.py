"""Errors say what happened, what was kept and what to do, in the person's language, with an id."""

import pytest

from bpmn import errors as engine_errors
from web import errors
from web.throttle import TooOften


def test_an_unexpected_error_shows_an_id_and_nothing_else(app, browser, monkeypatch):
    def broken():
        raise RuntimeError("secret detail")

    app.add_url_rule("/broken", "broken", broken)

    response = browser.get("/broken")

    page = response.get_data(as_text=True)
    assert response.status_code == 500
    assert "Что-то сломалось на нашей стороне" in page
    assert response.headers["X-Request-ID"] in page
    assert "secret detail" not in page
    assert "Traceback" not in page


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (engine_errors.NotFound("task", 5), 404),
        (engine_errors.NotAllowed("no", reason="task.not_yours"), 403),
        (engine_errors.TaskNotOpen(5, "completed"), 409),
        (engine_errors.TaskHeld(5, "Анна"), 409),
        (engine_errors.RequestEnded(5, "completed"), 409),
        (engine_errors.AlreadyAnswered("late"), 409),
        (engine_errors.InvalidForm({"a": "b"}), 422),
        (engine_errors.DeploymentRefused([]), 422),
        (engine_errors.MessageAmbiguous("m", 2), 409),
        (engine_errors.CallFailed("no form"), 400),
        (TooOften("sign_in", 90), 429),
    ],
)
def test_each_error_of_the_engine_has_its_status_and_words_in_both_languages(app, browser, error, status):
    def failing():
        raise error

    app.add_url_rule("/failing", "failing", failing)

    russian = browser.get("/failing?lang=ru")
    english = browser.get("/failing?lang=en")

    assert russian.status_code == english.status_code == status
    assert russian.get_data(as_text=True) != english.get_data(as_text=True)
    assert "<h1>" in russian.get_data(as_text=True)


def test_programs_get_problem_json(app, browser):
    response = browser.get("/nowhere", headers={"Accept": "application/json"})

    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
    assert response.get_json()["status"] == 404
    assert response.get_json()["request_id"] == response.headers["X-Request-ID"]


def test_a_body_beyond_the_limit_is_refused_in_words(app, browser):
    app.config["MAX_CONTENT_LENGTH"] = 1000

    response = browser.post("/settings", {"theme": "x" * 2000})

    assert response.status_code == 413
    assert "не больше 50" in response.get_data(as_text=True)


def test_an_administrators_page_is_closed_to_others(add_user, sign_in):
    add_user("anna@example.com")

    response = sign_in("anna@example.com").get("/admin")

    assert response.status_code == 403
    assert "Эта страница не для вас" in response.get_data(as_text=True)


def test_reasons_of_the_engine_have_words(app):
    reasons = (
        "administrator.only",
        "request.not_yours",
        "task.not_yours",
        "task.held",
        "task.no_group",
        "task.nobody_holds",
    )
    with app.test_request_context("/?lang=ru"):
        said = {errors.not_allowed_title(reason) for reason in reasons}
        unknown = errors.not_allowed_title("?")

    assert len(said) == len(reasons)
    assert unknown not in said


def test_health_says_whether_the_database_answers_and_its_schema_fits(browser):
    response = browser.get("/health")

    body = response.get_json()
    assert body["checks"]["database"] == "ok"
    assert set(body) == {"status", "checks", "took_ms"}


def test_choices_of_appearance_are_kept_and_nothing_else_is_taken(add_user, sign_in, storage):
    from storage.models import User

    actor = add_user("anna@example.com")
    browser = sign_in("anna@example.com")

    browser.post(
        "/settings", {"theme": "dark", "density": "compact", "language": "en", "email": "x@example.com"}
    )
    browser.get("/inbox")
    browser.post("/settings", {"theme": "purple"})

    with storage.read_session() as session:
        user = session.get(User, actor.id)
    assert (user.theme, user.density, user.language, user.email) == (
        "dark",
        "compact",
        "en",
        "anna@example.com",
    )
    page = browser.get("/inbox").get_data(as_text=True)
    assert 'data-bs-theme="dark"' in page
    assert 'data-density="compact"' in page


def test_built_files_are_kept_for_a_year_and_sent_packed(app):
    from web import assets

    name = assets.manifest()["app.css"]
    plain = app.test_client().get(f"/static/dist/{name}")
    packed = app.test_client().get(f"/static/dist/{name}", headers={"Accept-Encoding": "gzip"})

    assert "immutable" in plain.headers["Cache-Control"]
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.mimetype == "text/css"
    assert len(packed.data) < len(plain.data) / 4
    assert app.test_client().get("/static/dist/../app.py").status_code == 404
