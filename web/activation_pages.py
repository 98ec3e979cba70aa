"""What the page before an activation shows: the difference, the requests it touches, the replay, the choices."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import select

from bpmn import diagrams
from bpmn.bundles import LoadedBundle
from bpmn.differences import compare
from bpmn.errors import NotFound
from bpmn.spiff import explain
from bpmn.version_runs import Item, Run
from storage.models import Definition, Deployment, User
from storage.queries import processes as queries
from storage.queries import timeline
from web import comparing, process_pages
from web.comparing import FileSection, PartLine
from web.current import current_engine, current_storage
from web.i18n import language as page_language
from web.process_pages import StandingLine, VersionLine, bundle_of, element_name

SHOWN_PARTS = 8
_FILLS = {"same": "fill-same", "different": "fill-other", "question": "fill-ask", "failed": "fill-stop"}


@dataclass(frozen=True, slots=True)
class Running:
    """The running requests of one version, and what moving them would do."""

    definition_id: int
    version: int
    requests: int
    movable: int
    standing: list[StandingLine]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the stacked bar."""

    state: str
    label: str
    count: int
    fill: str
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class ReplayView:
    run: Run
    title: str
    percent: int
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class ActivationPage:
    line: VersionLine
    name: str
    current: VersionLine | None
    sections: list[FileSection]
    count: int
    main: list[PartLine]
    running: list[Running]
    replay: ReplayView | None
    author: str
    tag: str
    approved_by: str
    needs_approval: bool
    planned_at: datetime | None
    button: str


@dataclass(frozen=True, slots=True)
class ReplayLine:
    instance_id: int
    number: str
    subject: str
    state: str
    label: str
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReplayPage:
    view: ReplayView
    key: str
    name: str
    version: int
    definition_id: int
    chosen: str
    lines: list[ReplayLine]


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    line: ReplayLine
    run_id: int
    key: str
    name: str
    old: int
    new: int
    before: str
    after: str


def page(definition_id: int) -> ActivationPage | None:
    """Return what putting a version in force would mean."""
    key = process_pages.key_of(current_storage(), definition_id)
    versions = process_pages.versions_of(key) if key else []
    line = next((one for one in versions if one.definition_id == definition_id), None)
    new = bundle_of(definition_id)
    if line is None or new is None:
        return None
    current = next(
        (one for one in versions if one.state in ("active", "suspended") and one is not line), None
    )
    if current is None:
        current = next((one for one in versions if one.version < line.version), None)
    old = bundle_of(current.definition_id) if current is not None else None
    difference = compare(old.deployment.files, new.deployment.files) if old is not None else None
    found = comparing.sections(difference, old, new) if difference is not None and old is not None else []
    parts = [part for one in found for part in one.parts]
    running = [_running(one, definition_id) for one in versions if one.open_requests and one is not line]
    replay = current_engine().replays.latest(to_id=definition_id)
    meta = _meta(definition_id)
    movable = next(
        (one.movable for one in running if current and one.definition_id == current.definition_id), 0
    )
    button = _("Put version %(number)d in force", number=line.version)
    if movable:
        button = _(
            "Put version %(number)d in force, move %(count)d requests", number=line.version, count=movable
        )
    return ActivationPage(
        line=line,
        name=process_pages.translated(definition_id, line.name),
        current=current,
        sections=found,
        count=difference.count if difference is not None else 0,
        main=parts[:SHOWN_PARTS],
        running=running,
        replay=_replay(replay) if replay is not None else None,
        author=meta["author"],
        tag=meta["tag"],
        approved_by=meta["approved_by"],
        needs_approval=current_engine().deployments.needs_approval(definition_id),
        planned_at=meta["planned_at"],
        button=button,
    )


def _running(line: VersionLine, to_id: int) -> Running:
    with current_storage().read() as connection:
        rows = queries.standings(connection, definition_ids=[line.definition_id])
    known = bundle_of(line.definition_id)
    here = process_pages.standing(known, rows)
    dry = current_engine().migrations.dry_run(from_id=line.definition_id, to_id=to_id)
    return Running(
        line.definition_id,
        line.version,
        len(dry.verdicts),
        dry.movable,
        [
            StandingLine(element_name(line.definition_id, row.element_id), row.requests, row.failed)
            for row in sorted(here, key=lambda row: -row.requests)
        ],
    )


def _meta(definition_id: int) -> dict[str, Any]:
    author, approver = User.__table__.alias("author"), User.__table__.alias("approver")
    with current_storage().read() as connection:
        row = connection.execute(
            select(
                Definition.tag,
                Definition.activate_at,
                author.c.name.label("author"),
                approver.c.name.label("approver"),
            )
            .join(Deployment, Deployment.id == Definition.deployment_id)
            .outerjoin(author, author.c.id == Deployment.created_by_id)
            .outerjoin(approver, approver.c.id == Definition.approved_by_id)
            .where(Definition.id == definition_id)
        ).one()
    return {
        "tag": row.tag, "planned_at": row.activate_at, "author": row.author or "",
        "approved_by": row.approver or "",
    }  # fmt: skip


def _replay(run: Run) -> ReplayView:
    labels = state_labels()
    total = max(run.total, 1)
    parts, left = [], 0.0
    for state, fill in _FILLS.items():
        count = run.counts.get(state, 0)
        width = 100 * count / total
        parts.append(Part(state, labels[state], count, fill, round(left, 3), round(width, 3)))
        left += width
    titles = {
        "running": _("Replaying: %(done)d of %(total)d", done=run.done, total=run.total),
        "done": _("Replayed: %(total)d requests", total=run.total),
        "cancelled": _("Stopped after %(done)d of %(total)d", done=run.done, total=run.total),
    }
    return ReplayView(run, titles.get(run.state, run.state), round(100 * run.done / total), parts)


def state_labels() -> dict[str, str]:
    """What a replay may find of a request."""
    return {
        "same": _("the same way"),
        "different": _("another way"),
        "question": _("a question nobody answered"),
        "failed": _("fails"),
    }


def replay_page(run_id: int, state: str) -> ReplayPage:
    """Return what a replay found, the requests of one finding or of all that need a look."""
    run = _run(run_id)
    bundle = bundle_of(run.to_id) or abort(404)
    wanted = [state] if state in _FILLS else ["different", "question", "failed"]
    items = current_engine().replays.items(run_id, states=wanted)
    return ReplayPage(
        _replay(run),
        run.key,
        process_pages.translated(run.to_id, bundle.definition.name),
        bundle.definition.version,
        run.to_id,
        state if state in _FILLS else "",
        [_line(item, run.to_id) for item in items],
    )


def _run(run_id: int) -> Run:
    try:
        run = current_engine().replays.progress(run_id)
    except NotFound:
        abort(404)
    if run.kind != "replay":
        abort(404)
    return run


def _line(item: Item, definition_id: int) -> ReplayLine:
    labels = state_labels()
    label = labels.get(item.state, item.state)
    return ReplayLine(
        item.instance_id, item.number, item.subject, item.state, label, _words(item.data, definition_id)
    )


def _words(data: Mapping[str, Any], definition_id: int) -> list[str]:
    def name(element_id: str) -> str:
        return element_name(definition_id, element_id)

    def listed(elements: Iterable[str]) -> str:
        found = [name(element) for element in elements]
        return ", ".join(found[:SHOWN_PARTS]) + ("…" if len(found) > SHOWN_PARTS else "")

    said = []
    for element, what in data.get("questions", []):
        if what:
            said.append(
                _(
                    "“%(name)s” asks for “%(field)s”, which nobody was asked then",
                    name=name(element),
                    field=what,
                )
            )
        else:
            said.append(_("nobody ever answered “%(name)s”", name=name(element)))
    if "code" in data:
        why = explain(str(data["code"]), str(data.get("text", "")), page_language())
        if data["code"] == "start.gone":
            why = _("the version cannot be started in this way")
        said.append(_("“%(name)s” fails: %(why)s", name=name(str(data.get("element", ""))), why=why))
    if data.get("more"):
        said.append(_("goes through: %(names)s", names=listed(data["more"])))
    if data.get("less"):
        said.append(_("does not go through: %(names)s", names=listed(data["less"])))
    if data.get("assumed"):
        said.append(_("taken as done without a record: %(names)s", names=listed(data["assumed"])))
    if data.get("approximate"):
        said.append(_("compared with a replay through its own version: its records are not complete"))
    return said


def replay_request(run_id: int, instance_id: int) -> ReplayRequest:
    """Return both ways of one request, painted."""
    run = _run(run_id)
    new = bundle_of(run.to_id) or abort(404)
    try:
        item = current_engine().replays.item(run_id, instance_id)
    except NotFound:
        abort(404)
    with current_storage().reading() as uow:
        instance = uow.instances.get(instance_id) or abort(404)
    old = bundle_of(instance.definition_id) or abort(404)
    with current_storage().read() as connection:
        went = timeline.visited(connection, instance_id)
    goes = set(item.data.get("path") or went)
    failed = str(item.data.get("element") or "")
    asked = {one[0] for one in item.data.get("questions", [])}
    marks = dict.fromkeys(goes, "past") | dict.fromkeys(asked, "here")
    if failed:
        marks[failed] = "failed"
    return ReplayRequest(
        _line(item, run.to_id),
        run_id,
        run.key,
        process_pages.translated(run.to_id, new.definition.name),
        old.definition.version,
        new.definition.version,
        _draw(old, dict.fromkeys(went, "past")),
        _draw(new, marks),
    )


def _draw(bundle: LoadedBundle, marks: Mapping[str, str]) -> str:
    language = page_language()
    try:
        return diagrams.svg(
            bundle.xml,
            marks=marks,  # type: ignore[arg-type]
            title=_("Version %(number)d", number=bundle.definition.version),
            translate=lambda text: bundle.translate(text, language),
        )
    except (diagrams.DiagramRefused, ValueError):
        return ""
