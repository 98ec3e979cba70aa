"""Processes and administration in a real browser."""

import io
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from storage.models import Mail

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
AXE = ROOT / "web/frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = [
    "/start", "/start/equipment_sale", "/processes", "/processes/equipment_sale", "/processes/upload",
    "/processes/equipment_sale/versions/1/files/assign.dmn", "/processes/equipment_sale/versions/1/files/forms/quote.form",
    "/admin", "/admin/incidents", "/admin/jobs", "/admin/mailbox", "/admin/people", "/admin/health",
]  # fmt: skip


@pytest.mark.parametrize(("dark", "width"), [(False, 1440), (True, 390)], ids=["light wide", "dark phone"])
def test_every_page_can_be_used_by_everybody(open_page, enter, server, dark, width):
    page = enter(open_page(width=width, height=900, dark=dark), "admin")
    axe = AXE.read_text(encoding="utf-8")

    for address in PAGES:
        page.goto(server.url + address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        page.evaluate(axe)
        found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)["violations"]
        assert [(item["id"], item["nodes"][0]["target"]) for item in found] == [], address


def test_a_letter_shows_in_its_frame_and_runs_nothing(open_page, enter, server):
    with server.storage.read_session() as session:
        mail_id = session.scalars(select(Mail.id).order_by(Mail.id.desc())).first()
    page = enter(open_page(), "admin")

    page.goto(f"{server.url}/admin/mailbox/{mail_id}")

    frame = page.frame_locator("iframe.letter")
    assert frame.locator("body").inner_text().strip()
    assert (
        page.locator("iframe.letter").get_attribute("sandbox")
        == "allow-popups allow-popups-to-escape-sandbox"
    )


def test_a_process_is_uploaded_refused_with_words_and_then_put_in_force(open_page, enter, server):
    page = enter(open_page(), "admin")
    page.goto(f"{server.url}/processes/upload")
    page.locator("#files").set_input_files(
        {"name": "bad.bpmn", "mimeType": "text/xml", "buffer": b"<!DOCTYPE a><a/>"}
    )
    page.get_by_role("button", name="Проверить и загрузить").click()
    expect(page.get_by_role("table")).to_contain_text("DOCTYPE")

    page.locator("#files").set_input_files(
        {"name": "leave.zip", "mimeType": "application/zip", "buffer": leave()}
    )
    page.get_by_role("button", name="Проверить и загрузить").click()
    page.get_by_role("link", name="Ввести в силу").first.click()
    page.locator("main form .btn-primary").click()

    page.wait_for_url("**/processes/leave")
    expect(page.locator("article")).to_contain_text("в силе")
    page.goto(f"{server.url}/start")
    page.get_by_role("link", name="Отпуск").click()
    page.get_by_role("button", name="Начать заявку").click()
    page.wait_for_url("**/requests/**")


def test_a_file_that_is_far_too_large_is_refused_in_words(open_page, enter, server, tmp_path):
    large = tmp_path / "large.bpmn"
    with large.open("wb") as file:
        file.truncate(80_000_000)
    page = enter(open_page(), "admin")
    page.goto(f"{server.url}/processes/upload")

    page.locator("#files").set_input_files(large)
    page.get_by_role("button", name="Проверить и загрузить").click()

    expect(page.locator("[role=alert]")).to_contain_text("large.bpmn")


def leave() -> bytes:
    diagram = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x" id="d">
  <bpmn:process id="leave" name="Отпуск" isExecutable="true">
    <bpmn:startEvent id="begin" /><bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="agree" />
    <bpmn:userTask id="agree" name="Согласовать отпуск" /><bpmn:sequenceFlow id="f2" sourceRef="agree" targetRef="end" />
    <bpmn:endEvent id="end" />
  </bpmn:process>
</bpmn:definitions>"""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("leave/leave.bpmn", diagram)
    return target.getvalue()
