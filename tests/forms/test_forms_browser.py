"""In a real browser nothing typed is lost, with scripts and without."""

import json
import threading
import time
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from flask import Flask, Response, render_template_string, request, send_file

from bpmn import forms
from tests.forms.conftest import field
from tests.paths import ROOT

DIST = ROOT / "web" / "static" / "dist"
pytestmark = pytest.mark.browser
GOODS = {
    "type": "dynamiclist", "path": "goods", "label": "Товары",
    "components": [
        field("textfield", "name", readonly=True),
        field("number", "qty"),
        field("number", "price"),
        field("expression", "sum", label="Сумма", expression="=qty * price"),
    ],
}  # fmt: skip
FORM = forms.parse(
    {
        "components": [
            GOODS,
            field("expression", "total", label="Итого", expression="=sum(goods.sum)"),
            field("checkbox", "urgent"),
            field("textarea", "why", conditional={"hide": "=urgent != true"}),
            field("textfield", "note"),
            {"type": "button", "label": "Готово", "properties": {"outcome": "done"}},
        ]
    },
    name="order",
)
STORED = {"goods": [{"name": "Станок", "qty": 1, "price": 10}, {"name": "Патрон", "qty": 2, "price": 5}]}
PAGE = """{% import "macros/form.html" as ui %}<!doctype html><html lang="ru"><title>x</title>
<script type="module" src="/app.js"></script><form method="post" action="/" novalidate>
{{ ui.errors(form) }}{{ ui.fields(form, preview="/preview") }}{{ ui.actions(form) }}</form>"""
FRAGMENT = """{% import "macros/form.html" as ui %}{{ ui.fields(form, preview="/preview") }}"""


class Threaded(ThreadingMixIn, WSGIServer):
    """One thread per connection: the browser opens more than it uses."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address():
    app = Flask("forms", template_folder=str(ROOT / "web" / "templates"), static_folder=None)

    def view(posted=None):
        return forms.view(FORM, STORED, posted=posted)

    @app.get("/app.js")
    def script():
        return send_file(next(DIST.glob("app-*.js")))

    @app.get("/")
    def show():
        return render_template_string(PAGE, form=view())

    @app.post("/")
    def send():
        posted = request.form.to_dict(flat=False)
        result = forms.submit(FORM, posted, STORED)
        if result.ok:
            return Response(json.dumps(result.values, default=str), mimetype="text/plain")
        return render_template_string(PAGE, form=view(posted))

    @app.post("/preview")
    def preview():
        time.sleep(0.3)
        return render_template_string(FRAGMENT, form=view(request.form.to_dict(flat=False)))

    server = make_server("127.0.0.1", 0, app, server_class=Threaded, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def tab(chromium, address):
    opened = []

    def open_page(*, scripts):
        context = chromium.new_context(java_script_enabled=scripts)
        opened.append(context)
        page = context.new_page()
        page.goto(address)
        return page

    yield open_page
    for context in opened:
        context.close()


def test_what_is_typed_while_the_form_is_redrawn_stays(tab):
    page = tab(scripts=True)

    with page.expect_response("**/preview"):
        page.fill('[name="goods[0].qty"]', "3")
        page.press('[name="goods[0].qty"]', "Tab")
        page.fill('[name="note"]', "typed meanwhile")
        page.focus('[name="goods[1].qty"]')
    page.wait_for_function("document.querySelector('.totals dd').innerText.startsWith('40')")

    assert page.input_value('[name="note"]') == "typed meanwhile"
    assert page.evaluate("document.activeElement.name") == "goods[1].qty"


def test_a_condition_shows_its_field_at_once(tab):
    page = tab(scripts=True)

    page.check('[name="urgent"][type="checkbox"]')

    page.wait_for_selector('[name="why"]')


@pytest.mark.parametrize("scripts", [True, False])
def test_rows_are_added_and_removed_and_enter_submits(tab, scripts):
    page = tab(scripts=scripts)
    page.fill('[name="note"]', "kept")
    page.click('[name="_add:goods"]')
    page.wait_for_selector('[name="goods[2].qty"]')
    page.fill('[name="goods[2].qty"]', "7")
    page.click('[name="_remove:goods[0]"]')
    page.wait_for_selector('[name="goods[2].qty"]', state="detached")

    page.press('[name="note"]', "Enter")
    page.wait_for_selector("pre")

    sent = json.loads(page.inner_text("pre"))
    assert [(row["name"], row["qty"]) for row in sent["goods"]] == [("Патрон", 2), (None, 7)]
    assert (sent["note"], sent["outcome"]) == ("kept", "done")
