"""Who gets in, and how guessing is slowed down."""

from datetime import timedelta

from tests.web_kit import PASSWORD


def test_the_right_password_opens_the_inbox(add_user, browser):
    add_user("anna@example.com", "Анна Петрова")

    response = browser.post("/sign-in", {"email": "Anna@Example.com ", "password": PASSWORD})

    assert response.status_code == 303
    assert response.headers["Location"] == "/inbox"
    assert "Анна Петрова" in browser.get("/inbox").get_data(as_text=True)


def test_a_page_asked_for_before_signing_in_is_shown_after_it(add_user, browser):
    add_user("anna@example.com")

    asked = browser.get("/requests?state=all")
    assert asked.status_code == 303
    assert asked.headers["Location"] == "/sign-in?next=/requests?state%3Dall"
    response = browser.post(
        "/sign-in", {"email": "anna@example.com", "password": PASSWORD, "next": "/requests?state=all"}
    )

    assert response.headers["Location"] == "/requests?state=all"


def test_after_signing_in_nobody_is_sent_to_another_site(add_user, browser):
    add_user("anna@example.com")

    for place in ("https://evil.example", "//evil.example", "/\\evil.example"):
        response = browser.post(
            "/sign-in", {"email": "anna@example.com", "password": PASSWORD, "next": place}
        )
        assert response.headers["Location"] == "/inbox"
        browser.post("/sign-out")


def test_wrong_passwords_slow_down_that_account_from_that_address_only(add_user, browser, clock, app):
    add_user("anna@example.com")
    add_user("boris@example.com")

    answers = [
        browser.post("/sign-in", {"email": "anna@example.com", "password": f"guess {i}"}) for i in range(3)
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 429]
    assert "следующая попытка возможна через 30 с" in answers[-1].get_data(as_text=True)
    right = {"email": "anna@example.com", "password": PASSWORD}
    assert browser.post("/sign-in", right).status_code == 429
    elsewhere = browser.post("/sign-in", right, environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert elsewhere.status_code == 303
    browser.post("/sign-out")
    assert browser.post("/sign-in", {"email": "boris@example.com", "password": PASSWORD}).status_code == 303
    browser.post("/sign-out")
    clock.now += timedelta(seconds=31)
    assert browser.post("/sign-in", right).status_code == 303


def test_a_wrong_password_and_an_unknown_address_get_the_same_words(add_user, browser):
    add_user("anna@example.com")

    known = browser.post("/sign-in", {"email": "anna@example.com", "password": "x"}).get_data(as_text=True)
    unknown = browser.post("/sign-in", {"email": "nobody@example.com", "password": "x"}).get_data(
        as_text=True
    )

    assert "Почта или пароль не подходят." in known
    assert "Почта или пароль не подходят." in unknown


def test_somebody_switched_off_does_not_get_in(add_user, browser, storage):
    from storage.models import User

    actor = add_user("anna@example.com")
    with storage.unit_of_work() as uow:
        uow.session.get(User, actor.id).active = False

    assert browser.post("/sign-in", {"email": "anna@example.com", "password": PASSWORD}).status_code == 422


def test_one_click_sign_in_exists_in_the_demonstration_only(add_user, config, services):
    import dataclasses

    from tests.web_kit import Browser
    from web.app import create_app

    actor = add_user("anna@example.com")
    plain = dataclasses.replace(config, demo=False)
    shown, hidden = (
        Browser(create_app(config, services)),
        Browser(create_app(plain, dataclasses.replace(services, config=plain))),
    )

    assert shown.post("/sign-in/demo", {"user": actor.id}).status_code == 303
    assert hidden.post("/sign-in/demo", {"user": actor.id}).status_code == 404
    assert 'name="user"' not in hidden.get("/sign-in").get_data(as_text=True)


def test_signing_out_ends_the_session(add_user, sign_in):
    add_user("anna@example.com")
    browser = sign_in("anna@example.com")

    browser.post("/sign-out")

    assert browser.get("/inbox").status_code == 303


def test_a_form_without_its_token_is_refused_in_words(add_user, sign_in):
    add_user("anna@example.com")
    browser = sign_in("anna@example.com")

    response = browser.http.post("/settings", data={"theme": "dark"})

    assert response.status_code == 400
    assert "Страница была открыта слишком долго" in response.get_data(as_text=True)
