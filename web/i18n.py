"""Which language and zone a page speaks, and the words of dates and money in templates.

Source texts are English; `web/translations/<language>/LC_MESSAGES/messages.po` holds the rest.  The language
is what the address says (`?lang=`), then the person's own setting, the cookie, the browser's wish, and the
configuration's default.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Flask, request
from flask_babel import Babel, get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from web import words
from web.current import current_account, current_config, current_now

LANGUAGES = ("ru", "en")
COOKIE = "language"
TRANSLATIONS = Path(__file__).parent / "translations"


def init(app: Flask) -> None:
    compile_catalogues()
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(app, default_locale="en", locale_selector=choose_language, timezone_selector=_timezone)
    app.jinja_env.filters.update(
        duration=duration, money=money, number=number, filesize=filesize, initials=words.initials
    )
    app.jinja_env.globals.update(when=when, exactly=exactly, clock=clock, day=day, language=language)


def language() -> str:
    """The language of the page: "ru" or "en"."""
    locale = get_locale()
    return "ru" if locale is not None and locale.language == "ru" else "en"


def choose_language() -> str:
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        return asked
    account = current_account()
    if account is not None and account.language in LANGUAGES:
        return account.language
    cookie = request.cookies.get(COOKIE)
    if cookie in LANGUAGES:
        return cookie
    return request.accept_languages.best_match(LANGUAGES) or current_config().language


def _timezone() -> str:
    return current_config().timezone


def when(moment: datetime | None) -> Markup:
    """Return «сегодня 14:30» as <time> with the exact time in its tooltip; nothing for no time."""
    if moment is None or moment.year >= words.NEVER_YEAR:
        return Markup("")
    zone, tongue = current_config().zone, language()
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.isoformat(timespec="seconds"),
        words.exact(moment, zone, tongue),
        words.moment(moment, current_now(), zone, tongue),
    )


def exactly(moment: datetime | None) -> str:
    return words.exact(moment, current_config().zone, language())


def clock(moment: datetime) -> str:
    return words.clock(moment, current_config().zone)


def day(value: date | datetime) -> str:
    """Return «сегодня», «ср, 18 нояб.»."""
    zone = current_config().zone
    calendar_day = value.astimezone(zone).date() if isinstance(value, datetime) else value
    return words.day(calendar_day, current_now().astimezone(zone).date(), language())


def duration(length: timedelta | float | None) -> str:
    """Return «1 ч 58 мин» for a duration or a number of seconds."""
    if length is None:
        return ""
    return words.span(length if isinstance(length, timedelta) else timedelta(seconds=length), language())


def money(value: Decimal | int | None, currency: str = "RUB", places: int | None = None) -> str:
    return words.money(value, currency or "RUB", language(), places=places)


def number(value: Decimal | int | float, places: int | None = None) -> str:
    return words.number(Decimal(str(value)), language(), places)


def filesize(count: int | None) -> str:
    return "" if count is None else words.size(count, language())


def compile_catalogues() -> None:
    """Write every `.mo` that is absent or older than its `.po`; a wheel brings them compiled."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name)
        draft = target.with_suffix(f".{id(catalogue)}.tmp")
        with draft.open("wb") as file:
            write_mo(file, catalogue)
        draft.replace(target)


def translated(texts: dict[str, Any]) -> str:
    """Return the text of the page's language from {"ru": …, "en": …}."""
    return str(texts.get(language()) or texts.get("en") or "")


__all__ = ["_", "init", "language", "when"]
