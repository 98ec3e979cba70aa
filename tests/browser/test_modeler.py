"""The modeler in a real browser: a process is drawn from nothing and runs; nothing drawn is lost."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from bpmn.actors import ANALYST, Actor
from storage.models import Instance

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
AXE = ROOT / "web/frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def modeler(open_page, enter, server):
    """Open a draft of the given files, or of the equipment sale, as the administrator."""

    def show(files=None, *, name="Черновик", page=None, language="ru", who="admin", **options):
        page = page or enter(open_page(**options), who, language=language)
        if files is None:
            definition_id = server.engine.deployments.active("equipment_sale").definition.id
            draft_id = server.engine.drafts.create(name=name, by=analyst(), definition_id=definition_id)
        else:
            draft_id = server.engine.drafts.create(name=name, by=analyst(), files=files)
        page.goto(f"{server.url}/processes/drafts/{draft_id}")
        ready(page)
        return page, draft_id

    return show


def analyst():
    return Actor(None, roles=frozenset({ANALYST}))


def ready(page):
    expect(page.locator(".modeler[data-ready]")).to_be_visible(timeout=30_000)


def written(page):
    expect(page.locator(".modeler:not([data-typing])")).to_be_visible()


def saved(page):
    written(page)
    expect(page.locator(".modeler-state")).to_have_attribute("data-state", "saved", timeout=10_000)


def append(page, words):
    """Append an element of the named kind to the selected one, as people do: search, choose."""
    written(page)
    page.locator('.djs-context-pad [data-action="append"]').click()
    search = page.locator(".djs-popup-search input")
    search.press_sequentially(words)
    page.locator(".djs-popup .entry", has_text=words).click()
    expect(page.locator(".djs-popup")).to_have_count(0)
    page.keyboard.press("Escape")  # the name is given in the panel


def field(page, label):
    return page.locator(".modeler-panel").get_by_label(label, exact=True)


def select_element(page, element_id):
    page.evaluate("id => marshrutModeler.diagram.show(id)", element_id)


def selected(page):
    return page.evaluate("marshrutModeler.diagram.get('selection').get()[0].id")


def test_a_process_is_drawn_from_nothing_and_runs(open_page, enter, server):
    page = enter(open_page(), "admin")
    page.goto(f"{server.url}/processes")
    page.get_by_role("link", name="Черновики").click()
    page.get_by_label("Название нового процесса").fill("Закупка канцелярии")
    page.get_by_role("button", name="Нарисовать новый процесс").click()
    ready(page)

    page.locator('[data-element-id="start"]').click()
    append(page, "Задача человека")
    field(page, "Название").fill("Одобрить закупку")
    page.locator(".modeler-panel").get_by_label("Руководители отделов").check()
    page.locator(".modeler-panel").get_by_role("button", name="Новая форма").click()
    written(page)
    task = selected(page)
    page.locator('.djs-context-pad [data-action="append.gateway"]').click()
    gateway = selected(page)
    append(page, "Автоматическая задача")
    field(page, "Название").fill("Отметить")
    field(page, "Что делается").select_option("requests.set_status")
    field(page, "status (обязательно)").fill("Ждёт поставки")
    append(page, "Ждать времени")
    field(page, "Значение").fill("PT1H")
    written(page)
    page.locator('.djs-context-pad [data-action="append.end-event"]').click()
    select_element(page, gateway)
    page.locator('.djs-context-pad [data-action="append.end-event"]').click()
    select_element(page, gateway)
    ways = page.locator('.modeler-group[data-group="ways"]')
    ways.locator("textarea").first.fill('=comment = "да"')
    ways.locator("select").select_option(index=2)
    expect(page.locator(".modeler-sum")).to_contain_text("черновик может стать версией", timeout=10_000)
    saved(page)

    page.get_by_role("link", name="Проверить и сохранить версию").click()
    page.get_by_label("Что изменилось").fill("первая")
    page.get_by_role("button", name="Сохранить версию").click()
    expect(page.get_by_role("status")).to_contain_text("Версия сохранена")
    page.get_by_role("link", name="Ввести в силу").click()
    page.locator("main form .btn-primary").click()
    expect(page.locator("article").first).to_contain_text("в силе")
    instance_id = run(server, "zakupka_kantselyarii", task)

    with server.storage.read_session() as session:
        row = session.scalars(select(Instance).where(Instance.id == instance_id)).one()
        assert (row.status, row.state) == ("Ждёт поставки", "active")


def run(server, key, element_id):
    """Start a request, do its task with the answer «да», and the jobs after it."""
    engine = server.engine
    started = engine.instances.start(key=key, variables={}, by=Actor.system())
    with server.storage.reading() as uow:
        task = uow.tasks.open_of(started.instance_id)[0]
    engine.tasks.submit(task_id=task.id, posted={"comment": ["да"]}, by=Actor.system(), language="ru")
    server.work()
    return started.instance_id
