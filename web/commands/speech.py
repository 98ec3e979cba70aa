"""What the command line says, in the language of the person's terminal.

The words come from the same catalogue as those of the pages; a bad setting or file is one clear line and an
exit code, never a traceback.
"""

import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click
from babel.support import NullTranslations, Translations

REFUSED, UNREADABLE = 1, 2
"""Exit codes: what was asked is refused; a file or setting cannot be read at all."""


def language() -> str:
    """Return "ru" or "en": MARSHRUT_LANGUAGE, else what the terminal's locale says."""
    for name in ("MARSHRUT_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "ru" if value.lower().startswith("ru") else "en"
    return "en"


@functools.cache
def _catalogue(tongue: str) -> NullTranslations:
    from web import catalogues

    catalogues.compile_all()
    return Translations.load(str(catalogues.TRANSLATIONS), [tongue])


def gettext(text: str, /, **values: Any) -> str:
    """Return *text* in the terminal's language with *values* put in."""
    said = _catalogue(language()).gettext(text)
    return said % values if values else said


def ngettext(one: str, many: str, number: int, /, **values: Any) -> str:
    """Return the form of the text that goes with *number*, which stands in it as %(num)d."""
    return _catalogue(language()).ngettext(one, many, number) % {"num": number, **values}


def say(text: str = "") -> None:
    click.echo(text)


def stop(text: str, code: int = REFUSED) -> NoReturn:
    """Say why on standard error and end with *code*."""
    click.echo(text, err=True)
    sys.exit(code)


@contextmanager
def plainly() -> Iterator[None]:
    """Turn what may go wrong outside our code into one line and an exit code."""
    from sqlalchemy.exc import DBAPIError

    from bpmn.errors import EngineError
    from storage.errors import DatabaseUnavailable
    from web.config import ConfigRefused

    _ = gettext
    try:
        yield
    except ConfigRefused as error:
        reason = error.message_ru if language() == "ru" else error.message_en
        stop(_("Settings: %(reason)s", reason=f"{error.key}: {reason}" if error.key else reason), UNREADABLE)
    except EngineError as error:
        stop(_("This cannot be done: %(reason)s", reason=error))
    except DBAPIError as error:
        stop(_("The database refused: %(reason)s", reason=_first_line(error.orig or error)))
    except DatabaseUnavailable as error:
        stop(_("The database refused: %(reason)s", reason=error.message))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        stop(_("The system refused: %(reason)s", reason=f"{where}{error.strerror or error}"), UNREADABLE)


def _first_line(error: object) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command's function so that its failures are said plainly."""

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        with plainly():
            return function(*args, **kwargs)

    return guarded
