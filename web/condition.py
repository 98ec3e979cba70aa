"""How the parts of the system are: works, keeps up or not; what support asks for first."""

import os
import platform
import shutil
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import text

from storage import schema
from storage.queries import administration as queries
from web import words
from web.current import current_config, current_storage
from web.i18n import language as page_language

STARTED = time.monotonic()
LATE_JOBS = timedelta(minutes=2)
LATE_LETTERS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PartLine:
    name: str
    tone: str
    state: str
    detail: str


def parts(health: queries.Health, now: datetime) -> list[PartLine]:
    """Return the condition of every part of the system."""
    language = page_language()
    lag = now - health.oldest_due_at if health.oldest_due_at is not None else timedelta()
    engine = PartLine(
        _("Process engine"),
        "is-late" if health.open_incidents else "is-ok",
        _("works"),
        ngettext("%(num)d step in the last hour", "%(num)d steps in the last hour", health.steps_last_hour),
    )
    if health.open_incidents:
        engine = PartLine(
            engine.name, "is-late", ngettext("%(num)d failure", "%(num)d failures", health.open_incidents), engine.detail
        )  # fmt: skip
    late = lag > LATE_JOBS
    executor = PartLine(
        _("Jobs and timers"),
        "is-soon" if late else "is-ok",
        _("%(duration)s late", duration=words.span(lag, language)) if late else _("works"),
        ngettext("%(num)d job waits for its time", "%(num)d jobs wait for their time", health.jobs_waiting),
    )
    unsent = health.oldest_unsent_at is not None and now - health.oldest_unsent_at > LATE_LETTERS
    mail = PartLine(
        _("Mail"),
        "is-soon" if unsent else "is-ok",
        ngettext("%(num)d letter waits", "%(num)d letters wait", health.letters_unsent) if unsent else _("works"),
        _("letters are kept in a folder, nothing leaves") if current_config().mail.transport == "folder" else current_config().mail.smtp_host,
    )  # fmt: skip
    return [engine, _database(language), executor, mail, _disk(language)]


def _database(language: str) -> PartLine:
    begun = time.perf_counter()
    with current_storage().read() as connection:
        connection.execute(text("SELECT 1"))
    took_ms = (time.perf_counter() - begun) * 1000
    behind = schema.current(current_storage()) != schema.newest()
    detail = _("answers in %(number)s ms", number=words.number(max(1, round(took_ms)), language))
    if behind:
        return PartLine(_("Database"), "is-late", _("needs an upgrade: marshrut db upgrade"), detail)
    return PartLine(_("Database"), "is-ok", _("works"), detail)


def _disk(language: str) -> PartLine:
    usage = shutil.disk_usage(current_config().data if current_config().data.exists() else ".")
    scarce = usage.free < max(500_000_000, usage.total // 50)
    return PartLine(
        _("Disk"),
        "is-soon" if scarce else "is-ok",
        _("space runs out") if scarce else _("enough space"),
        _("%(size)s free", size=words.size(usage.free, language)),
    )


def numbers(health: queries.Health) -> list[tuple[str, str]]:
    """Return the row of numbers at the foot of the home page."""
    language = page_language()
    return [
        (_("Requests in progress"), words.number(health.open_requests, language)),
        (_("Open tasks"), words.number(health.open_tasks, language)),
        (_("Version"), product_version()),
    ]


def product_version() -> str:
    try:
        return version("marshrut")
    except PackageNotFoundError:
        return "0.1.0"


def facts() -> list[tuple[str, str]]:
    """Return what support asks for first."""
    language, config, storage = page_language(), current_config(), current_storage()
    return [
        (_("Version"), product_version()),
        (_("Database"), f"{storage.url.get_backend_name()}, {schema.current(storage) or '—'}"),
        (_("Data folder"), str(config.data)),
        (_("Address"), config.base_url),
        (_("Time zone"), config.timezone),
        (_("Runs since"), words.span(timedelta(seconds=time.monotonic() - STARTED), language)),
        ("Python", f"{platform.python_version()}, {sys.platform}"),
        (_("Process"), str(os.getpid())),
    ]
