"""axe-core finds nothing to complain about (WCAG 2.2 AA) on the pages, in both themes, wide and narrow."""

from pathlib import Path

import pytest
from sqlalchemy import select

from storage.models import Definition, Instance, Task, User

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
  const found = await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']});
  return found.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | '));
}"""


def complaints(page):
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return page.evaluate(RUN)


@pytest.fixture
def places(server):
    """Addresses by the person who opens them."""
    with server.storage.read_session() as session:
        task = session.execute(
            select(Task.id, User.email)
            .join(User, User.id == Task.assignee_id)
            .where(Task.state == "open", Task.form.is_not(None))
        ).first()
        number = session.scalars(select(Instance.number).order_by(Instance.id.desc())).first()
        process, version = session.execute(
            select(Definition.key, Definition.id).where(Definition.state == "active")
        ).first()
    worker = task.email.partition("@")[0]
    return {
        worker: ["/inbox", f"/tasks/{task.id}", "/requests?state=all", "/notifications", "/start"],
        "admin": [
            f"/requests/{number}", f"/requests/{number}/diagram", f"/requests/{number}/data",
            f"/requests/{number}/documents", "/processes", f"/processes/{process}", "/admin",
            f"/processes/versions/{version}/activation", f"/processes/{process}/compare?from=1&to=1",
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("width", "dark"), [(1440, False), (1440, True), (390, False), (390, True)],
    ids=["wide-light", "wide-dark", "phone-light", "phone-dark"],
)  # fmt: skip
def test_pages_have_no_known_barriers(open_page, enter, server, places, width, dark):
    found = {}
    page = open_page(width=width, height=900, dark=dark, bypass_csp=True)
    page.goto(f"{server.url}/sign-in")
    found["/sign-in"] = complaints(page)

    for who, addresses in places.items():
        enter(page, who)
        for address in addresses:
            page.goto(f"{server.url}{address}")
            found[address] = complaints(page)
            if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                found[address].append("the page scrolls sideways")

    assert {address: problems for address, problems in found.items() if problems} == {}
