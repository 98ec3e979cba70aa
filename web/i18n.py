"""Which language and zone a page speaks, and the words of dates and money in templates.

Source texts are English; `web/translations/<language>/LC_MESSAGES/messages.po` holds the rest.  The language
is what the address says (`?lang=`), then the person's own setting, the cookie, the browser's wish, and the
configuration's default.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

import phonenumbers
from flask import Flask, request
from flask_babel import Babel, get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from web import catalogues, words
from web.current import current_account, current_config, current_now

LANGUAGES = catalogues.LANGUAGES
COOKIE = "language"


def init(app: Flask) -> None:
    catalogues.compile_all()
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(catalogues.TRANSLATIONS)
    Babel(app, default_locale="en", locale_selector=choose_language, timezone_selector=_timezone)
    app.jinja_env.filters.update(
        phone=phone, duration=duration, money=money, number=number, filesize=filesize, initials=words.initials
    )
    app.jinja_env.globals.update(when=when, due=due, exactly=exactly, clock=clock, day=day, language=language)


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


def due(moment: datetime | None) -> Markup:
    """Return a deadline as `when` does, marked by colour and word when it is over or near."""
    meaning = words.due_class(moment, current_now(), current_config().zone)
    if not meaning:
        return when(moment)
    sign = _("overdue:") if meaning == "is-late" else _("soon:")
    return Markup('<span class="state {}"><span class="visually-hidden">{} </span>{}</span>').format(
        meaning, sign, when(moment)
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


def phone(stored: str) -> str:
    """Return «+7 495 000-00-10» for an E.164 number; what is not one stays as it is."""
    try:
        parsed = phonenumbers.parse(stored, None)
    except phonenumbers.NumberParseException:
        return stored
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
