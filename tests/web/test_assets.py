"""What the browser gets: every icon that is named exists, pages stay small, nothing comes from elsewhere."""

import gzip
import re
from pathlib import Path

from web import assets

ROOT = Path(__file__).parents[2] / "web"
NAMED = re.compile(
    r"""\bicon\(\s*["']([a-z0-9-]+)["']|\bicon\(\s*["']([a-z0-9-]+)["'] if [^)]* else ["']([a-z0-9-]+)["']"""
)


def built(name):
    return (assets.DIST / assets.manifest()[name]).read_text(encoding="utf-8")


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([^"]+)"', built("icons.svg")))
    named = {
        name
        for template in (ROOT / "templates").rglob("*.html")
        for found in NAMED.findall(template.read_text(encoding="utf-8"))
        for name in found
        if name
    }
    in_code = set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', (ROOT / "timeline.py").read_text(encoding="utf-8")))

    assert named
    assert (named | in_code) - sprite == set()


def test_the_sheet_and_the_script_ask_nothing_of_other_hosts():
    for name in ("app.css", "app.js"):
        addresses = set(re.findall(r"https?://[^\s\"')]+", built(name)))
        outside = {
            address for address in addresses if "www.w3.org" not in address and "github.com" not in address
        }
        assert {address for address in outside if "getbootstrap" not in address} == set(), name


def test_the_automatic_theme_repeats_every_dark_rule_inside_a_media_query():
    sheet = built("app.css")

    assert sheet.count("[data-bs-theme=auto]") >= sheet.count("[data-bs-theme=dark]") - 2
    assert "@media (prefers-color-scheme:dark)" in sheet


def test_a_page_with_its_sheet_is_one_small_answer(add_user, sign_in):
    add_user("anna@example.com")

    page = sign_in("anna@example.com").get("/inbox").data

    assert len(gzip.compress(page)) + len(gzip.compress(built("app.css").encode())) < 60_000
