"""What the modeler's page is told when it opens: addresses, files, the lists that the server knows."""

from typing import Any

from flask import url_for
from flask_wtf.csrf import generate_csrf

from bpmn.drafts import MAX_DRAFT_FILE, Opened
from storage.queries import people
from storage.queries import processes as queries
from web.assets import asset
from web.current import current_account, current_engine, current_storage
from web.i18n import language
from web.process_files import kind


def of_page(opened: Opened) -> dict[str, Any]:
    """Return the page's settings as plain JSON."""
    draft_id = opened.row.draft_id
    account = current_account()
    root = url_for(".show", draft_id=draft_id)
    return {
        "draft": str(draft_id),
        "name": opened.row.name,
        "key": opened.row.process_key,
        "person": account.name_in(language()) if account else "",
        "language": language(),
        "root": root,
        "csrf": generate_csrf(),
        "limit": MAX_DRAFT_FILE,
        "files": files(opened),
        "lists": lists(),
        "scripts": {"layout": asset("layout.js"), "decisions": asset("decisions.js")},
        "styles": {"decisions": asset("decisions.css")},
        "signIn": url_for("sign_in.page", next=root),
    }


def files(opened: Opened) -> list[dict[str, Any]]:
    """Return path, tag, purpose and size of every file."""
    return [
        {"path": path, "tag": opened.tags[path], "kind": kind(path), "size": len(content)}
        for path, content in opened.files.items()
    ]


def lists() -> dict[str, Any]:
    """Return what the fields of the panel offer."""
    speaking = language()
    with current_storage().read() as connection:
        groups = people.groups(connection)
        persons = people.people(connection)
        processes = queries.list_processes(connection, now=current_engine().now())
    return {
        "handlers": current_engine().registry.catalogue(),
        "groups": [
            {"key": group.key, "name": group.name_ru if speaking == "ru" else group.name_en}
            for group in groups
        ],
        "people": [
            {"email": row.email, "name": row.name if speaking == "ru" else row.name_en or row.name}
            for row in persons
            if row.active
        ],
        "processes": [{"key": row.key, "name": row.name} for row in processes],
    }
