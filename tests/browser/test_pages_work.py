"""The pages of employees in a real browser: keyboard, drafts, dialogs, themes, and without any script."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from storage.models import Task, TaskDraft, User

pytestmark = pytest.mark.browser


@pytest.fixture
def a_task(server):
    """An open task that somebody holds: (who, task id)."""
    with server.storage.read_session() as session:
        found = session.execute(
            select(User.email, Task.id)
            .join(Task, Task.assignee_id == User.id)
            .where(Task.state == "open", Task.form.is_not(None))
            .order_by(Task.id)
        ).first()
    assert found is not None
    return found[0].partition("@")[0], found[1]


def test_a_task_opens_beside_the_list_and_the_address_names_it(open_page, enter, a_task):
    who, task = a_task
    page = enter(open_page(), who)
    page.goto(f"{page.url.split('/inbox')[0]}/inbox?view=mine")

    page.locator(f'.worklist a[href*="/tasks/{task}"]').click()

    page.wait_for_selector("#pane article")
    page.wait_for_url(f"**/tasks/{task}**")
    expect(page.locator('.worklist a[aria-current="true"]')).to_have_count(1)
    expect(page.locator(".worklist li")).not_to_have_count(0)


def test_on_a_phone_the_task_takes_the_whole_page_and_leads_back(open_page, enter, a_task, server):
    who, task = a_task
    page = enter(open_page(width=390, height=844), who)
    page.goto(f"{server.url}/inbox?view=mine")

    page.locator(f'.worklist a[href*="/tasks/{task}"]').click()
    page.wait_for_selector("#pane article", state="visible")
    expect(page.locator(".worklist")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.locator("a.back").click()
    page.wait_for_selector(".worklist", state="visible")


def test_what_is_typed_is_saved_by_itself_and_survives_signing_out(open_page, enter, a_task, server):
    who, task = a_task
    page = enter(open_page(), who)
    page.goto(f"{server.url}/tasks/{task}")
    field = page.locator("#task textarea:visible, #task input[type=text]:visible").first
    name = field.get_attribute("name")

    field.fill("написано и не отправлено")
    expect(page.locator("[data-draft-state]")).to_contain_text("черновик сохранён")

    with server.storage.read_session() as session:
        assert session.scalars(select(TaskDraft).where(TaskDraft.task_id == task)).one()
    enter(page, who)
    page.goto(f"{server.url}/tasks/{task}")
    assert page.locator(f'#task [name="{name}"]').first.input_value() == "написано и не отправлено"


def test_keys_move_open_search_and_explain(open_page, enter, server):
    page = enter(open_page(), "kim")
    page.goto(f"{server.url}/requests?state=all")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("a[data-row]:focus")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests/**")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("input[type=search]:focus")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/inbox**")


def test_the_theme_changes_at_once_and_stays(open_page, enter, server):
    page = enter(open_page(), "zaitsev")

    page.locator("details.menu:has(form[data-theme-switch]) > summary").click()
    with page.expect_response("**/settings"):
        page.locator("form[data-theme-switch] button[value=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 28, 30)"


def test_the_automatic_theme_follows_the_system_without_a_script(open_page, server):
    page = open_page(dark=True, script=False)

    page.goto(f"{server.url}/sign-in")

    assert page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(23, 28, 30)"


def test_cancelling_asks_in_a_dialog_and_escape_keeps_everything(open_page, enter, server):
    page = enter(open_page(), "admin")
    page.goto(f"{server.url}/requests")
    page.locator("a[data-row]").first.click()
    page.locator("details.menu:has(#reason) > summary").click()
    page.locator("#reason").fill("проверка")

    page.locator("details.menu:has(#reason) button").click()
    expect(page.locator("#confirm")).to_be_visible()
    expect(page.locator("#confirm")).to_contain_text("возобновить её нельзя")
    page.keyboard.press("Escape")

    expect(page.locator("#confirm")).to_be_hidden()
    page.reload()
    expect(page.locator("details.menu:has(#reason)")).to_have_count(1)


def test_the_day_of_work_needs_no_script(open_page, server, a_task):
    who, task = a_task
    page = open_page(script=False)
    with server.storage.read_session() as session:
        user_id = session.scalars(select(User.id).where(User.email.like(f"{who}@%"))).one()
    page.goto(f"{server.url}/sign-in")
    page.locator(f'button[name=user][value="{user_id}"]').click()
    page.wait_for_selector(".avatar")

    page.goto(f"{server.url}/inbox?view=mine")
    page.locator(f'.worklist a[href*="/tasks/{task}"]').click()
    expect(page.locator("#task")).to_have_count(1)
    page.locator("p.meta a[href*='/requests/']").first.click()
    page.locator("textarea[name=body]").fill("сказано без сценариев")
    page.locator(".composer .btn-primary").click()

    expect(page.locator(".timeline")).to_contain_text("сказано без сценариев")


def test_the_language_of_the_page_is_the_persons(open_page, enter, server):
    page = enter(open_page(), "lebedeva", language="en")
    page.goto(f"{server.url}/requests?state=all")

    texts = page.locator("body").inner_text()
    assert "Requests" in texts
    assert "In progress" in texts
