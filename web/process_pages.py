"""What the pages about processes show, put together from queries and the loaded bundles.

Names are the analyst's words, translated by the bundle's own translations.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from bpmn import diagrams
from bpmn.bundles import LoadedBundle
from bpmn.errors import EngineError
from bpmn.xml import parse_xml
from storage.database import Storage
from storage.models import Definition
from storage.queries import people
from storage.queries import processes as queries
from web.current import current_engine, current_storage
from web.i18n import language as page_language
from web.process_files import FileGroup, grouped
from web.process_words import Refusal, megabytes
from web.public_forms import has_public_form

__all__ = ["Refusal", "megabytes"]

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_MOVING = frozenset({"startEvent", "boundaryEvent"})
"""Elements where a wait does not mean that the request stands there."""


@dataclass(frozen=True, slots=True)
class VersionLine:
    definition_id: int
    key: str
    version: int
    name: str
    state: str
    state_name: str
    tone: str
    deployment_id: int
    created_at: Any
    activated_at: Any
    activated_by: str
    note: str
    open_requests: int
    closed_requests: int


@dataclass(frozen=True, slots=True)
class StandingLine:
    name: str
    requests: int
    failed: int


@dataclass(frozen=True, slots=True)
class Passport:
    key: str
    name: str
    description: str
    owner: str
    shown: VersionLine
    next_version: VersionLine | None
    startable: bool
    public_address: str
    figures: queries.ProcessFigures
    counted: str
    diagram: str
    standings: list[StandingLine]
    failing: int
    versions: list[VersionLine]
    contents: list[FileGroup]


@dataclass(frozen=True, slots=True)
class Confirmation:
    key: str
    process: str
    title: str
    button: str
    action: str
    danger: bool
    consequences: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DeployedPage:
    title: str
    definitions: list[Any]


def bundle_of(definition_id: int | None) -> LoadedBundle | None:
    """Return the loaded bundle of a definition, or None where it cannot be read any more."""
    if definition_id is None:
        return None
    try:
        bundle = current_engine().deployments.bundle(definition_id)
        return bundle if bundle.definition.key in bundle.deployment.compiled.processes else None
    except (EngineError, KeyError, ValueError):
        return None


def translated(definition_id: int | None, text: str) -> str:
    bundle = bundle_of(definition_id)
    return bundle.translate(text, page_language()) if bundle and text else text


def element_name(definition_id: int | None, element_id: str) -> str:
    """Return what people call an element; its id where it has no name."""
    bundle = bundle_of(definition_id)
    if bundle is None:
        return element_id
    for model in bundle.deployment.compiled.processes.values():
        element = model.elements.get(element_id)
        if element is not None and element.name:
            return bundle.translate(element.name, page_language())
    return element_id


def timer_name(definition_id: int | None, element_id: str) -> str:
    """Return the name of a timer with the step it belongs to: «Связаться с клиентом: 2 рабочих часа»."""
    name = element_name(definition_id, element_id)
    bundle = bundle_of(definition_id)
    host = _hosts(bundle).get(element_id) if bundle is not None else None
    return f"{element_name(definition_id, host)}: {_uncapitalised(name)}" if host else name


def _uncapitalised(name: str) -> str:
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


_known_hosts: dict[int, dict[str, str]] = {}


def _hosts(bundle: LoadedBundle) -> dict[str, str]:
    """Return where a request stands that waits for an event of the deployment, which never changes.

    For a boundary event it is the activity, for a branch of an event-based gateway the gateway.
    """
    deployment = bundle.deployment
    if deployment.id not in _known_hosts:
        found: dict[str, str] = {}
        for path in {model.file for model in deployment.compiled.processes.values()}:
            root = parse_xml(deployment.files[path]).getroot()
            for event in root.iter(f"{_BPMN}boundaryEvent"):
                found[event.get("id") or ""] = event.get("attachedToRef") or ""
            gateways = {gateway.get("id") for gateway in root.iter(f"{_BPMN}eventBasedGateway")}
            for flow in root.iter(f"{_BPMN}sequenceFlow"):
                if flow.get("sourceRef") in gateways:
                    found[flow.get("targetRef") or ""] = flow.get("sourceRef") or ""
        _known_hosts[deployment.id] = found
    return _known_hosts[deployment.id]


def group_name(key: str) -> str:
    """Return the name of the group that a diagram names by its key; other words stay as they are."""
    with current_storage().read() as connection:
        found = next((group for group in people.groups(connection) if group.key == key), None)
    if found is None:
        return key
    return found.name_ru if page_language() == "ru" else found.name_en


def lines() -> list[queries.ProcessRow]:
    """Return the processes for the list, named in the language of the page."""
    with current_storage().read() as connection:
        rows = queries.list_processes(connection, now=current_engine().now())
    return [replace(row, name=translated(row.definition_id, row.name)) for row in rows]


def versions_of(key: str) -> list[VersionLine]:
    """Return the versions of a process, newest first."""
    with current_storage().read() as connection:
        return _lines(key, queries.versions(connection, key=key))


def version_of(key: str, number: int) -> VersionLine | None:
    return next((line for line in versions_of(key) if line.version == number), None)


def content(process: VersionLine, path: str) -> bytes | None:
    with current_storage().read() as connection:
        return queries.resource(connection, deployment_id=process.deployment_id, path=path)


def key_of(storage: Storage, definition_id: int) -> str | None:
    with storage.read() as connection:
        return connection.execute(
            select(Definition.key).where(Definition.id == definition_id)
        ).scalar_one_or_none()


def passport(key: str, number: int | None) -> Passport | None:
    """Return the page of a process with the version *number*, or the one in force, or the newest."""
    now = current_engine().now()
    with current_storage().read() as connection:
        found = _lines(key, queries.versions(connection, key=key))
        shown = _chosen(found, number)
        if shown is None:
            return None
        counted_ids = [line.definition_id for line in found if line.open_requests]
        if number is not None:
            counted_ids = [shown.definition_id]
        standings = queries.standings(connection, definition_ids=counted_ids) if counted_ids else []
        figures = queries.figures(connection, key=key, now=now)
        files = queries.resources(connection, deployment_id=shown.deployment_id)
    bundle = bundle_of(shown.definition_id)
    known = standing(bundle, standings)
    info = dict(bundle.model.properties) if bundle else {}
    language = page_language()

    def say(name: str) -> str:
        text = str(info.get(name) or "")
        return bundle.translate(text, language) if bundle and text else text

    newest = found[0]
    public = bundle is not None and has_public_form(bundle) and shown.state == "active"
    return Passport(
        key=key,
        name=translated(shown.definition_id, shown.name),
        description=say("description") or (bundle.model.documentation if bundle else "") or "",
        owner=group_name(say("owner")),
        shown=shown,
        next_version=newest if (newest.state == "stored" and newest.definition_id == shown.definition_id)
        or (newest.state == "stored" and number is None) else None,
        startable=shown.state == "active",
        public_address=url_for("client.form", key=key, _external=True) if public else "",
        figures=figures,
        counted=_counted(found, counted_ids),
        diagram=_diagram(bundle, known, translated(shown.definition_id, shown.name)),
        standings=[
            StandingLine(element_name(shown.definition_id, row.element_id), row.requests, row.failed)
            for row in sorted(known, key=lambda row: -row.requests)
        ],
        failing=sum(row.failed for row in known),
        versions=found,
        contents=grouped(files, bundle, language),
    )  # fmt: skip


def retirement(definition_id: int) -> Confirmation | None:
    """Return what withdrawing a version will do."""
    line, _others = _with_others(definition_id)
    if line is None:
        return None
    consequences = [_("No new request of this process can be started, by employees or by clients.")]
    if line.open_requests:
        consequences.append(
            ngettext(
                "%(num)d running request goes on to its end.",
                "%(num)d running requests go on to their end.",
                line.open_requests,
            )
        )
    consequences.append(_("The version is kept and can be put in force again."))
    title = _("Withdraw version %(number)d", number=line.version)
    return Confirmation(
        line.key, translated(definition_id, line.name), title, title,
        url_for("processes.retire", definition_id=definition_id), True, consequences,
    )  # fmt: skip


def deployed_page(deployed: Any) -> DeployedPage:
    """Return what an accepted upload became."""
    count = len(deployed.definitions)
    title = ngettext("%(num)d process is uploaded", "%(num)d processes are uploaded", count)
    return DeployedPage(title, list(deployed.definitions))


def _with_others(definition_id: int) -> tuple[VersionLine | None, list[VersionLine]]:
    key = key_of(current_storage(), definition_id)
    if key is None:
        return None, []
    with current_storage().read() as connection:
        found = _lines(key, queries.versions(connection, key=key))
    return next((line for line in found if line.definition_id == definition_id), None), found


def _lines(key: str, rows: list[queries.VersionRow]) -> list[VersionLine]:
    return [
        VersionLine(
            definition_id=row.definition_id,
            key=key,
            version=row.version,
            name=row.name,
            state=row.state,
            state_name=_state_name(row),
            tone={"active": "is-ok", "stored": "is-info", "suspended": "is-soon"}.get(row.state, ""),
            deployment_id=row.deployment_id,
            created_at=row.created_at,
            activated_at=row.activated_at,
            activated_by=row.activated_by,
            note=row.note,
            open_requests=row.open_requests,
            closed_requests=row.closed_requests,
        )
        for row in rows
    ]


def _state_name(row: queries.VersionRow) -> str:
    if row.state == "active":
        return _("in force")
    if row.state == "suspended":
        return _("suspended: nothing starts")
    if row.state == "stored":
        return _("ready")
    return _("finishing its requests") if row.open_requests else _("archived")


def _chosen(found: list[VersionLine], number: int | None) -> VersionLine | None:
    if number is not None:
        return next((line for line in found if line.version == number), None)
    return next((line for line in found if line.state == "active"), found[0] if found else None)


def standing(bundle: LoadedBundle | None, rows: list[queries.Standing]) -> list[queries.Standing]:
    """Keep the elements of the shown diagram where a request really stands.

    Branches of an event-based gateway wait together: their requests stand at the gateway.
    """
    if bundle is None:
        return []
    elements, hosts = bundle.model.elements, _hosts(bundle)
    found: dict[str, queries.Standing] = {}
    for row in rows:
        if row.element_id not in elements:
            continue
        place = row.element_id
        if elements[place].type in _MOVING and not row.failed:
            continue
        if elements[place].type not in _MOVING and hosts.get(place) in elements:
            place = hosts[place]
        known = found.get(place, queries.Standing(place, 0, 0))
        found[place] = queries.Standing(
            place, max(known.requests, row.requests), max(known.failed, row.failed)
        )
    return list(found.values())


def _diagram(bundle: LoadedBundle | None, rows: list[queries.Standing], name: str) -> str:
    if bundle is None:
        return ""
    language = page_language()
    return diagrams.svg(
        bundle.xml,
        marks={row.element_id: "failed" for row in rows if row.failed},
        counts={row.element_id: row.requests for row in rows},
        title=_("Diagram of “%(name)s”: how many requests stand where", name=name),
        translate=lambda text: bundle.translate(text, language),
    )


def _counted(found: list[VersionLine], ids: list[int]) -> str:
    numbers = sorted(line.version for line in found if line.definition_id in ids)
    if len(numbers) < 2:
        return ""
    return _("versions %(numbers)s together", numbers=", ".join(map(str, numbers)))
