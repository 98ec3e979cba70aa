"""What the pages about moving requests show: the mapping with its reasons, a verdict for each request, the progress."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import abort
from flask_babel import gettext as _

from bpmn import diagrams
from bpmn.bundles import LoadedBundle
from bpmn.errors import Conflict, NotFound
from bpmn.migrations import Chosen, DryRun, MappingRow, Verdict
from bpmn.version_runs import Item, Run
from storage.queries import processes as queries
from web import process_pages, version_words
from web.current import current_engine, current_storage
from web.i18n import language as page_language
from web.process_pages import VersionLine, bundle_of

SHOWN = 200
"""So many requests are listed; the numbers are of all."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person chose on the page: where elements go, and which requests are meant."""

    chosen: Mapping[str, str] = field(default_factory=dict)
    element: str = ""
    numbers: str = ""

    @property
    def which(self) -> Chosen:
        return Chosen(
            elements=frozenset({self.element} - {""}),
            numbers=frozenset(self.numbers.replace(",", " ").split()),
        )


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    name: str
    here: bool


@dataclass(frozen=True, slots=True)
class MappingLine:
    element_id: str
    name: str
    kind: str
    requests: int
    target: str
    reason: str
    tone: str
    choices: list[Choice]

    @property
    def listed(self) -> bool:
        """Tell whether the line is worth a look at once."""
        return bool(self.requests) or self.tone != "is-ok"


@dataclass(frozen=True, slots=True)
class VerdictLine:
    instance_id: int
    number: str
    subject: str
    possible: bool
    words: list[str]


@dataclass(frozen=True, slots=True)
class PlanPage:
    key: str
    name: str
    old: VersionLine
    new: VersionLine
    lines: list[MappingLine]
    total: int
    movable: int
    verdicts: list[VerdictLine]
    before: str
    after: str
    asked: Asked
    places: list[Choice]


@dataclass(frozen=True, slots=True)
class RunPage:
    run: Run
    key: str
    name: str
    old: int
    new: int
    moved: int
    refused: int
    undone: int
    kept: int
    percent: int
    may_undo: bool
    state: str
    refusals: list[VerdictLine]


def asked(values: Mapping[str, str]) -> Asked:
    """Read the choices from a form or an address."""
    chosen = {name[3:]: value for name, value in values.items() if name.startswith("to:") and value}
    return Asked(chosen, values.get("element", ""), values.get("numbers", "")[:4000])


def plan_page(from_id: int, to_id: int, asked: Asked) -> PlanPage:
    """Return what moving would do; aborts with 404 where there is nothing to move between."""
    try:
        rows = current_engine().migrations.mapping(from_id=from_id, to_id=to_id, chosen=asked.chosen)
        dry = current_engine().migrations.dry_run(
            from_id=from_id, to_id=to_id, chosen=asked.chosen, which=asked.which
        )
    except (NotFound, Conflict):
        abort(404)
    old, new = bundle_of(from_id), bundle_of(to_id)
    if old is None or new is None:
        abort(404)
    versions = {line.definition_id: line for line in process_pages.versions_of(old.definition.key)}
    with current_storage().read() as connection:
        standing = {
            row.element_id: row.requests for row in queries.standings(connection, definition_ids=[from_id])
        }
    lines = [_mapping_line(row, old, new, standing, asked) for row in rows]
    lines.sort(key=lambda line: (not line.requests, line.tone != "is-late"))
    say = old.translator(page_language())
    names = {key: say(element.name) or key for key, element in old.model.elements.items()}
    places = [Choice(key, names.get(key, key), asked.element == key) for key in standing if key in names]
    marks_old, marks_new = _marks(lines)
    return PlanPage(
        key=old.definition.key,
        name=process_pages.translated(to_id, new.definition.name),
        old=versions[from_id],
        new=versions[to_id],
        lines=lines,
        total=len(dry.verdicts),
        movable=dry.movable,
        verdicts=_verdict_lines(dry, names),
        before=_draw(old, marks_old, standing),
        after=_draw(new, marks_new, {}),
        asked=asked,
        places=sorted(places, key=lambda one: one.name),
    )


def _mapping_line(
    row: MappingRow, old: LoadedBundle, new: LoadedBundle, standing: Mapping[str, int], asked: Asked
) -> MappingLine:
    language = page_language()
    before, after = old.translator(language), new.translator(language)
    reasons = {
        "same": _("it is there as before"),
        "named": _("the only one of this kind with this name"),
        "chosen": _("chosen by you"),
        "none": _("there is no such step: requests that stand here stay"),
    }
    tone = {"none": "is-late", "same": "is-ok"}.get(row.reason, "is-info")
    target = row.target.id if row.target is not None else ""
    choices = [
        Choice(one.id, after(one.name) or one.id, one.id == target)
        for one in sorted(row.choices, key=lambda one: after(one.name) or one.id)
    ]
    return MappingLine(
        row.element.id,
        before(row.element.name) or row.element.id,
        version_words.element_type(row.element.type),
        standing.get(row.element.id, 0),
        target,
        reasons[row.reason],
        tone,
        choices,
    )


def _marks(lines: list[MappingLine]) -> tuple[dict[str, str], dict[str, str]]:
    before = {line.element_id: "removed" for line in lines if line.tone == "is-late"}
    before |= {line.element_id: "changed" for line in lines if line.tone == "is-info"}
    after = {line.target: "changed" for line in lines if line.tone == "is-info" and line.target}
    return before, after


def _draw(bundle: LoadedBundle, marks: Mapping[str, str], counts: Mapping[str, int]) -> str:
    language = page_language()
    try:
        return diagrams.svg(
            bundle.xml,
            marks=marks,  # type: ignore[arg-type]
            counts=dict(counts),
            title=_("Version %(number)d", number=bundle.definition.version),
            translate=lambda text: bundle.translate(text, language),
        )
    except (diagrams.DiagramRefused, ValueError):
        return ""


def _verdict_lines(dry: DryRun, names: Mapping[str, str]) -> list[VerdictLine]:
    ordered = sorted(dry.verdicts, key=lambda one: (one.possible, one.number))
    return [
        VerdictLine(one.instance_id, one.number, one.subject, one.possible, _verdict_words(one, names))
        for one in ordered[:SHOWN]
    ]


def _verdict_words(verdict: Verdict, names: Mapping[str, str]) -> list[str]:
    if verdict.plan is None:
        return [_("its state cannot be read")]
    if not verdict.plan.possible:
        return [obstacle(one.element_id, one.code, names) for one in verdict.plan.obstacles]
    said = []
    for move in verdict.plan.moves:
        name = names.get(move.element_id, move.element_id)
        if move.how == "moves":
            said.append(_("%(name)s: goes along", name=name))
        elif move.how == "dropped":
            said.append(_("%(name)s: is taken away", name=name))
        elif move.how == "reopened":
            said.append(_("%(name)s: waits for the new message", name=name))
    return said or [_("stays where it stands")]


def obstacle(element_id: str, code: str, names: Mapping[str, str]) -> str:
    """Say why a request cannot be moved."""
    name = names.get(element_id, element_id)
    texts = {
        "gone": _("the new version has no step “%(name)s”", name=name),
        "kind": _("“%(name)s” is a step of another kind in the new version", name=name),
        "join": _("no arrow leads to “%(name)s” from where the request came", name=name),
        "loop": _("“%(name)s” is repeated in another way in the new version", name=name),
        "event": _("“%(name)s” waits for something else in the new version", name=name),
        "compensation": _("the new version has nothing that undoes “%(name)s”", name=name),
    }
    return texts.get(code, code)


def run_page(run_id: int) -> RunPage:
    """Return how far a migration is; aborts with 404 where there is none."""
    try:
        run = current_engine().migrations.progress(run_id)
    except NotFound:
        abort(404)
    if run.kind != "migration" or run.from_id is None:
        abort(404)
    old, new = bundle_of(run.from_id), bundle_of(run.to_id)
    if old is None or new is None:
        abort(404)
    counts = run.counts
    states = {
        "running": _("Moving requests"),
        "done": _("Finished"),
        "cancelled": _("Stopped"),
        "undoing": _("Putting requests back"),
        "undone": _("Undone"),
    }
    done = counts.get("moved", 0) if run.state == "undoing" else run.done
    share = (
        1 - done / run.total
        if run.state == "undoing" and run.total
        else (done / run.total if run.total else 1)
    )
    say = old.translator(page_language())
    names = {key: say(element.name) or key for key, element in old.model.elements.items()}
    refused = current_engine().migrations.items(run_id, states=["refused", "kept"])
    return RunPage(
        run=run,
        key=run.key,
        name=process_pages.translated(run.to_id, new.definition.name),
        old=old.definition.version,
        new=new.definition.version,
        moved=counts.get("moved", 0),
        refused=counts.get("refused", 0),
        undone=counts.get("undone", 0),
        kept=counts.get("kept", 0),
        percent=round(100 * share),
        may_undo=run.state in ("done", "cancelled") and counts.get("moved", 0) > 0,
        state=states.get(run.state, run.state),
        refusals=[_refusal(item, names) for item in refused],
    )


def _refusal(item: Item, names: Mapping[str, str]) -> VerdictLine:
    words: list[str] = [obstacle(one[0], one[1], names) for one in item.data.get("obstacles", [])]
    if item.state == "kept":
        words = [_("it has moved on since and stays in the new version")]
    return VerdictLine(item.instance_id, item.number, item.subject, False, words or [_why(item.data)])


def _why(data: Mapping[str, Any]) -> str:
    texts = {
        "request.ended": _("it ended meanwhile"),
        "conflict": _("somebody worked on it at that moment, or it is on another version by now"),
    }
    return texts.get(str(data.get("why", "")), str(data.get("text", "")))
