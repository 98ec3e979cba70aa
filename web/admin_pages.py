"""What the administrator's pages say, put together from figures: verdicts, causes, jobs, people."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from storage.queries import administration as queries
from storage.queries import people as people_queries
from web import words
from web.condition import LATE_JOBS, LATE_LETTERS
from web.current import current_config, current_engine
from web.i18n import language as page_language
from web.incident_words import explain
from web.process_pages import element_name, timer_name, translated


@dataclass(frozen=True, slots=True)
class CauseLine:
    code: str
    title: str
    advice: str
    message: str
    element_id: str
    element: str
    process: str
    definition_id: int | None
    count: int
    first_at: datetime
    last_at: datetime
    instance_id: int | None
    number: str
    sample_id: int


@dataclass(frozen=True, slots=True)
class Verdict:
    tone: str
    title: str
    text: str
    cause: CauseLine | None = None
    link: str = ""
    link_text: str = ""


@dataclass(frozen=True, slots=True)
class IncidentLine:
    incident_id: int
    instance_id: int | None
    number: str
    subject: str
    element: str
    code: str
    message: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class JobGroupLine:
    name: str
    count: int
    next_at: datetime
    retrying: int


@dataclass(frozen=True, slots=True)
class JobLine:
    job_id: int
    name: str
    kind_name: str
    process: str
    instance_id: int | None
    number: str
    subject: str
    due_at: datetime
    due_local: str
    state_name: str
    tone: str
    error: str
    may_change: bool


@dataclass(frozen=True, slots=True)
class PersonLine:
    name: str
    email: str
    position: str
    active: bool
    groups: str
    roles: str
    open_tasks: int


@dataclass(frozen=True, slots=True)
class GroupLine:
    key: str
    name: str
    members: str


def hour_before(now: datetime) -> datetime:
    return now - timedelta(hours=1)


def tabs() -> list[tuple[str, str, str, int]]:
    """Return the sections of administration: name, label, address, counter."""
    return [
        ("home", _("Overview"), url_for("administration.index"), 0),
        ("incidents", _("Failures"), url_for("administration.incidents"), 0),
        ("jobs", _("Jobs"), url_for("administration.jobs"), 0),
        ("mailbox", _("Mailbox"), url_for("administration.mailbox"), 0),
        ("people", _("People and groups"), url_for("administration.people"), 0),
        ("health", _("Health"), url_for("administration.health"), 0),
    ]


def cause_lines(causes: list[queries.Cause]) -> list[CauseLine]:
    return [
        CauseLine(
            code=cause.code,
            title=explain(cause.code).title,
            advice=explain(cause.code).advice,
            message=cause.sample_message,
            element_id=cause.element_id,
            element=element_name(cause.definition_id, cause.element_id),
            process=translated(cause.definition_id, cause.process_name),
            definition_id=cause.definition_id,
            count=cause.count,
            first_at=cause.first_at,
            last_at=cause.last_at,
            instance_id=cause.sample_instance_id,
            number=cause.sample_number,
            sample_id=cause.sample_id,
        )
        for cause in causes
    ]


def verdict(causes: list[CauseLine], health: queries.Health, now: datetime) -> Verdict:
    """Say in one sentence whether anything is wrong, since when and what to press."""
    zone, language = current_config().zone, page_language()
    if causes:
        top = causes[0]
        total = sum(cause.count for cause in causes)
        title = _(
            "%(cause)s: “%(step)s”, first %(when)s",
            cause=top.title,
            step=top.element,
            when=words.moment(top.first_at, now, zone, language),
        )
        told = ngettext("%(num)d operation stands.", "%(num)d operations stand.", total)
        told += " " + _("Everything else goes on.")
        return Verdict("is-late", title, told, cause=top)
    if health.oldest_due_at is not None and now - health.oldest_due_at > LATE_JOBS:
        title = _(
            "Jobs are late since %(when)s", when=words.moment(health.oldest_due_at, now, zone, language)
        )
        told = ngettext(
            "%(num)d job should have run by now.", "%(num)d jobs should have run by now.", health.jobs_due
        )
        told += " " + _("Check that a worker runs: marshrut serve or marshrut worker.")
        return Verdict(
            "is-soon", title, told, link=url_for("administration.jobs"), link_text=_("Show the jobs")
        )
    if health.oldest_unsent_at is not None and now - health.oldest_unsent_at > LATE_LETTERS:
        title = _(
            "Letters wait since %(when)s", when=words.moment(health.oldest_unsent_at, now, zone, language)
        )
        told = ngettext("%(num)d letter is not sent.", "%(num)d letters are not sent.", health.letters_unsent)
        return Verdict(
            "is-soon", title, told, link=url_for("administration.mailbox"), link_text=_("Show the letters")
        )
    text_ = ngettext(
        "%(num)d request in progress, no failures.",
        "%(num)d requests in progress, no failures.",
        health.open_requests,
    )
    return Verdict("is-ok", _("Everything works"), text_)  # fmt: skip


def incident_lines(rows: list[queries.IncidentRow]) -> list[IncidentLine]:
    return [
        IncidentLine(
            row.incident_id, row.instance_id, row.number, row.subject,
            element_name(row.definition_id, row.element_id), row.code, row.message, row.created_at,
        )
        for row in rows
    ]  # fmt: skip


def job_kinds() -> list[tuple[str, str]]:
    return [
        ("", _("All")),
        ("handler", _("Automatic steps")),
        ("external", _("Work of other programs")),
        ("timer", _("Deadlines")),
        ("failed", _("Stopped")),
    ]


def job_group_lines(groups: list[queries.JobGroup]) -> list[JobGroupLine]:
    return [
        JobGroupLine(
            timer_name(group.definition_id, group.element_id), group.count, group.next_at, group.retrying
        )
        for group in groups
    ]


def job_lines(rows: list[queries.JobRow], now: datetime, zone: tzinfo) -> list[JobLine]:
    kinds = {
        "handler": _("automatic step"),
        "external": _("work of another program"),
        "timer": _("deadline"),
        "start_timer": _("start by time"),
        "message": _("message"),
        "signal": _("signal"),
        "migration": _("moving requests to another version"),
        "replay": _("replay of earlier requests"),
        "activation": _("putting a version in force"),
    }
    lines = []
    for row in rows:
        tone, state = _job_state(row, now)
        bundle_name = kinds.get(row.kind, row.kind)
        if row.handler:
            bundle_name += f", {handler_title(row.handler)}"
        lines.append(
            JobLine(
                job_id=row.job_id,
                name=timer_name(row.definition_id, row.element_id),
                kind_name=bundle_name,
                process="",
                instance_id=row.instance_id,
                number=row.number,
                subject=row.subject,
                due_at=row.due_at,
                due_local=f"{row.due_at.astimezone(zone):%Y-%m-%dT%H:%M}",
                state_name=state,
                tone=tone,
                error=row.error,
                may_change=row.state == "waiting",
            )
        )
    return lines


def _job_state(row: queries.JobRow, now: datetime) -> tuple[str, str]:
    if row.state == "failed":
        return "is-late", _("stopped")
    if row.state == "leased":
        return "is-info", _("runs")
    if row.attempt:
        return "is-soon", _("again, attempt %(number)d", number=row.attempt + 1)
    return ("is-soon", _("due")) if row.due_at <= now - LATE_JOBS else ("", _("waits"))


def handler_title(name: str) -> str:
    """Return what a handler is called, its name where it is not installed."""
    known = current_engine().registry.handlers.get(name)
    if known is None:
        return name
    return known.title[0] if page_language() == "ru" else known.title[1]


def person_lines(
    persons: list[people_queries.PersonRow], groups: list[people_queries.GroupRow]
) -> list[PersonLine]:
    language = page_language()
    names = {group.key: group.name_ru if language == "ru" else group.name_en for group in groups}
    roles = {"employee": _("work"), "analyst": _("draw processes"), "administrator": _("administer")}
    return [
        PersonLine(
            name=(row.name_en or row.name) if language == "en" else row.name,
            email=row.email,
            position=(row.position_en or row.position) if language == "en" else row.position,
            active=row.active,
            groups=", ".join(names.get(key, key) for key in row.groups),
            roles=", ".join(roles.get(role, role) for role in row.roles),
            open_tasks=row.open_tasks,
        )
        for row in persons
    ]


def group_lines(groups: list[people_queries.GroupRow]) -> list[GroupLine]:
    language = page_language()
    return [
        GroupLine(group.key, group.name_ru if language == "ru" else group.name_en, ", ".join(group.members))
        for group in groups
    ]
