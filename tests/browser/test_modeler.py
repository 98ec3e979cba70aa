"""The modeler in a real browser: a process is drawn from nothing and runs; nothing drawn is lost."""

import base64
import json
import re
from pathlib import Path

import pytest
from lxml import etree
from playwright.sync_api import expect
from sqlalchemy import select

from bpmn.actors import ANALYST, Actor
from storage.ids import new_id
from storage.models import Instance, User
from tests.paths import CONFORMANCE
from tests.web_kit import CHECK_FILES as CHECK

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
AXE = ROOT / "web/frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
LOSSES = ROOT / "web/frontend/src/modeler/losses.ts"
MIWG = CONFORMANCE / "miwg"
TEXT_ONLY = {
    "W4_BPMN+_Composer_V.9.4/C.1.1-export.bpmn",  # an undeclared prefix
    "IBM_BlueWorks_Live_April_2014/A.2.0-export.bpmn",  # a drawing of nothing that is named
    "IBM_Process_Designer_8.0.1/A.2.0-export.bpmn",
}
"""The library cannot write these again, so they open as text and stay as they are."""
USUAL = re.compile(r"const USUAL.*?\};", re.DOTALL)
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DD = "http://www.omg.org/spec/DD/20100524/DI"


def with_places(xml):
    """Give the elements of the check process places, as a drawing tool does."""
    shapes = "".join(
        f'<di:BPMNShape xmlns:di="{DI}" id="{one}_di" bpmnElement="{one}"><dc:Bounds xmlns:dc="{DC}" x="{x}" y="{y}" '
        f'width="{w}" height="{h}"/></di:BPMNShape>'
        for one, x, y, w, h in (
            ("start", 180, 182, 36, 36), ("look", 270, 160, 100, 80), ("decide", 430, 160, 100, 80), ("end", 590, 182, 36, 36),
        )
    )  # fmt: skip
    edges = "".join(
        f'<di:BPMNEdge xmlns:di="{DI}" id="{one}_di" bpmnElement="{one}"><w:waypoint xmlns:w="{DD}" x="{x}" y="200"/>'
        f'<w:waypoint xmlns:w="{DD}" x="{to}" y="200"/></di:BPMNEdge>'
        for one, x, to in (("a", 216, 270), ("b", 370, 430), ("c", 530, 590))
    )
    drawing = (
        f'<di:BPMNDiagram xmlns:di="{DI}" id="diagram"><di:BPMNPlane id="plane" bpmnElement="check">{shapes}{edges}'
        "</di:BPMNPlane></di:BPMNDiagram></bpmn:definitions>"
    )
    return xml.replace(b"</bpmn:definitions>", drawing.encode())


CHECK_FILES = {**CHECK, "check.bpmn": with_places(CHECK["check.bpmn"])}


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
    expect(page.locator(".modeler:not([data-typing]):not([data-drawn])")).to_be_visible()


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
    expect(page.locator("section[role=status]")).to_contain_text("Версия сохранена")
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


def rename(page, element_id, name):
    select_element(page, element_id)
    field(page, "Название").fill(name)
    written(page)


def stored(server, draft_id, path="check.bpmn"):
    return server.engine.drafts.open(draft_id, by=analyst()).files[path].decode()


def test_a_tab_that_is_killed_loses_nothing_that_was_drawn(modeler, server):
    page, draft_id = modeler(CHECK_FILES)
    page.context.set_offline(True)
    rename(page, "look", "Нарисовано без связи")
    expect(page.locator(".modeler-state")).to_have_attribute("data-state", "offline", timeout=10_000)
    context, address = page.context, page.url
    page.close(run_before_unload=False)
    assert "без связи" not in stored(server, draft_id)

    context.set_offline(False)
    page = context.new_page()
    page.goto(address)
    ready(page)

    expect(page.locator('[data-notice="rescued"]')).to_contain_text("check.bpmn")
    saved(page)
    assert "Нарисовано без связи" in stored(server, draft_id)


def test_an_expired_sign_in_keeps_the_drawing_until_one_is_back(modeler, enter, server):
    page, draft_id = modeler(CHECK_FILES)
    context = page.context
    with server.storage.unit_of_work() as uow:  # signed out everywhere: no answer on its way brings it back
        admin = uow.session.query(User).filter(User.email.like("admin@%")).one()
        admin.fs_uniquifier = f"again-{new_id()}"
    rename(page, "look", "Нарисовано после выхода")
    expect(page.locator('[data-notice="signed-out"]')).to_be_visible(timeout=10_000)

    other = context.new_page()
    enter(other, "admin")
    other.close()

    expect(page.locator(".modeler-state")).to_have_attribute("data-state", "saved", timeout=20_000)
    assert "Нарисовано после выхода" in stored(server, draft_id)


def test_two_people_at_one_draft_see_each_other_and_both_versions_are_kept(modeler, open_page, enter, server):
    page, draft_id = modeler(CHECK_FILES)
    second = enter(open_page(), "admin")
    second.goto(page.url)
    ready(second)
    expect(second.locator(".modeler-others")).to_contain_text("Открыто также")

    rename(page, "look", "Первый вариант")
    saved(page)
    rename(second, "look", "Второй вариант")
    notice = second.locator('[data-notice="conflict"]')
    expect(notice).to_be_visible(timeout=10_000)
    assert "Первый вариант" in stored(server, draft_id)
    notice.get_by_role("button", name="Оставить моё").click()
    saved(second)

    assert "Второй вариант" in stored(server, draft_id)
    entries = server.engine.drafts.history(draft_id, by=analyst())
    before = next(entry for entry in entries if entry.kind == "edited")
    kept = server.engine.drafts.files_at(draft_id, before.number, by=analyst())["check.bpmn"].decode()
    assert "Первый вариант" in kept


FOREIGN = CHECK_FILES["check.bpmn"].replace(
    b"<bpmn:userTask id=\"look\"",
    b"<bpmn:userTask xmlns:acme=\"http://acme.example/bpmn\" acme:colour=\"teal\" id=\"look\"",
).replace(
    b"<bpmn:extensionElements><camunda:properties>\n        <camunda:property name=\"stage\"",
    b"<bpmn:extensionElements><acme:note xmlns:acme=\"http://acme.example/bpmn\" level=\"3\">kept</acme:note>"
    b"<camunda:properties>\n        <camunda:property name=\"stage\"",
    1,
)  # fmt: skip


def test_what_other_tools_wrote_survives_a_change(modeler, server):
    page, draft_id = modeler({**CHECK_FILES, "check.bpmn": FOREIGN})

    rename(page, "look", "Другое имя")
    saved(page)

    text = stored(server, draft_id)
    assert "Другое имя" in text
    assert 'acme:colour="teal"' in text
    assert 'level="3">kept</acme:note>' in text


def in_places(page, paths):
    """Open every file on the canvas, save it, and return what is lost or not shown without being told, by file."""
    complaints = {}
    page.evaluate("console.error = () => undefined")  # the library says of a file what we judge below
    for path in paths:
        source = path.read_bytes()
        answer = page.evaluate(
            """async (packed) => {
                const {decode, diagram} = marshrutModeler;
                const bytes = Uint8Array.from(atob(packed), (one) => one.charCodeAt(0));
                try {
                    const {hasDrawing, warnings} = await diagram.open(decode(bytes.buffer));
                    const shown = diagram.get('elementRegistry').getAll().map((one) => one.id);
                    return {shown, hasDrawing, warnings, xml: await diagram.xml()};
                } catch (error) {
                    return {error: error.stack};
                }
            }""",
            base64.b64encode(source).decode(),
        )
        name = "/".join(path.parts[-2:])
        if "error" in answer:
            if name not in TEXT_ONLY:
                complaints[name] = [answer["error"]]
            continue
        found, told = [], " ".join(answer["warnings"])
        if answer["hasDrawing"]:
            missing = drawn(source) - {one.removesuffix("_plane") for one in answer["shown"]}
            found += [f"not shown: {one}" for one in sorted(missing) if one not in told]
        before, after = said(source), said(answer["xml"].encode())
        found += [f"lost: {one}" for one in sorted(before - after, key=str) if (one[0] or "") not in told]
        if found:
            complaints[name] = found[:6]
    return complaints


def read(xml):
    """Some tools write another encoding than they say."""
    try:
        return etree.fromstring(xml)
    except etree.XMLSyntaxError:
        return etree.fromstring(xml, etree.XMLParser(encoding="windows-1252"))


def drawn(xml):
    """Return the ids of the elements that the first diagram of a file has a shape for."""
    root = read(xml)
    first = root.find(f".//{{{DI}}}BPMNPlane")
    named = {element.get("id") for element in root.iter() if element.get("id")}
    found = (
        {shape.get("bpmnElement") for shape in first.iter(f"{{{DI}}}BPMNShape")}
        if first is not None
        else set()
    )
    return {one for one in found if one in named}


def said(xml):
    """Return what a file says of its process: elements with their attributes and texts, by id."""
    root = read(xml)
    usual = dict(re.findall(r"(\w+): '([^']*)'", USUAL.search(LOSSES.read_text(encoding="utf-8"))[0]))
    found = set()
    for element in root.iter(f"{{{MODEL}}}*"):
        where = element.get("id") or (
            element.getparent().get("id") if element.getparent() is not None else ""
        )
        tag = etree.QName(element).localname
        found.add((where, tag))
        for name, value in element.attrib.items():
            if usual.get(name) != value:
                found.add((where, tag, etree.QName(name).localname, " ".join(local(value).split())))
        if element.text and element.text.strip():
            found.add((where, tag, "text", " ".join(local(element.text).split())))
    return found


def local(value):
    """A name without its prefix, which a tool may choose anew."""
    return value.rpartition(":")[2] if " " not in value else value


def test_diagrams_of_other_tools_open_whole_and_nothing_is_lost_untold(modeler):
    files = sorted(MIWG.rglob("*.bpmn"))[::6]
    if not files:
        pytest.skip("the conformance files are not here")
    page, _ = modeler(CHECK_FILES)

    assert in_places(page, files) == {}


@pytest.mark.proof
def test_every_diagram_of_the_interchange_group_opens_whole_and_nothing_is_lost_untold(modeler):
    files = sorted(MIWG.rglob("*.bpmn"))
    if not files:
        pytest.skip("the conformance files are not here")
    page, _ = modeler(CHECK_FILES)

    assert in_places(page, files) == {}


def test_a_problem_is_said_in_words_marked_and_mended_at_a_click(modeler, server):
    page, draft_id = modeler({path: data for path, data in CHECK_FILES.items() if path != "forms/check.form"})
    line = page.locator('[data-rule="form.unknown"]')
    expect(line).to_contain_text("forms/check.form")
    expect(page.locator(".modeler-badge.is-late")).to_have_count(1)

    line.locator(".modeler-finding").click()
    expect(page.locator(".modeler-panel")).to_contain_text("Задача человека")
    line.get_by_role("button", name="Создать форму").click()

    expect(page.locator(".modeler-sum")).to_contain_text("черновик может стать версией", timeout=10_000)
    saved(page)
    assert "forms/check.form" in server.engine.drafts.open(draft_id, by=analyst()).files


def test_a_form_is_changed_and_shown_as_people_will_see_it(modeler, server):
    page, draft_id = modeler(CHECK_FILES)
    page.locator(".modeler-files select").select_option("forms/check.form")
    preview = page.locator(".modeler-preview")
    expect(preview).to_contain_text("Заметка")

    page.locator(".modeler-add select").last.select_option("select")
    page.get_by_role("button", name="Добавить поле").click()
    page.locator(".modeler-component").get_by_label("Подпись").fill("Поставщик")
    page.locator(".modeler-component").get_by_label("Варианты", exact=True).fill("a = Альфа\nb = Бета")

    expect(preview.get_by_label("Поставщик")).to_contain_text("Бета")
    saved(page)
    form = json.loads(stored(server, draft_id, "forms/check.form"))
    assert form["components"][-1]["values"] == [
        {"value": "a", "label": "Альфа"},
        {"value": "b", "label": "Бета"},
    ]
    assert form["components"][0]["validate"] == {"required": True, "maxLength": 50}


def test_an_expression_is_checked_as_one_types(modeler):
    page, _ = modeler(CHECK_FILES)
    select_element(page, "look")

    field(page, "Человек").fill("=note +")
    said = page.locator(".modeler-said.is-late")
    expect(said).to_be_visible()
    field(page, "Человек").fill("")
    field(page, "Человек").press("Tab")
    written(page)
    page.get_by_role("button", name="Кто получит это сегодня?").click()

    expect(page.locator('[data-group="assignment"]')).to_contain_text("Сегодня:")


@pytest.mark.parametrize(
    ("dark", "language"), [(False, "ru"), (True, "en")], ids=["light, Russian", "dark, English"]
)
def test_the_modeler_can_be_used_by_everybody(modeler, dark, language):
    page, _ = modeler(CHECK_FILES, dark=dark, language=language)
    select_element(page, "look")
    expect(page.locator(".bjs-powered-by")).to_be_visible()

    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run({exclude: ['.djs-container']}, {runOnly: rules})", RULES)[
        "violations"
    ]

    assert [(item["id"], item["nodes"][0]["target"]) for item in found] == []
    assert page.evaluate("[...marshrutModeler.missing]") == []
