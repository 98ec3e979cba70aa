"""What is said about refused uploads and problems of diagrams, in the language of the page."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from bpmn.lint.problem import Problem
from web.i18n import language as page_language
from web.uploads import UploadRefused

_ORDER = {"error": 0, "warning": 1, "info": 2}
_TONE = {"error": "is-late", "warning": "is-soon", "info": "is-info"}


@dataclass(frozen=True, slots=True)
class Refusal:
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """A finding ready for the table."""

    file: str
    element: str
    line: int | None
    severity: str
    tone: str
    message: str


def problem_lines(problems: Iterable[Problem]) -> list[ProblemLine]:
    """Return the findings, errors first, in the language of the page."""
    names = {"error": _("error"), "warning": _("warning"), "info": _("advice")}
    language = page_language()
    return [
        ProblemLine(
            file=problem.file,
            element=problem.element or "",
            line=problem.line,
            severity=names.get(problem.severity, problem.severity),
            tone=_TONE.get(problem.severity, ""),
            message=problem.message(language),
        )
        for problem in sorted(problems, key=lambda p: (_ORDER.get(p.severity, 3), p.file, p.line or 0))
    ]


def megabytes(size: int) -> str:
    return _("%(number)s MB", number=format_decimal(round(size / 1_000_000)))


def upload_refusal(error: UploadRefused) -> Refusal:
    """Return why an upload was not taken."""
    limit = error.values.get("limit", 0)
    count = int(str(limit))
    texts = {
        "upload.empty": _("No file was chosen, or the archive is empty. Choose the files of the process or one ZIP."),
        "upload.too_large": _(
            "“%(file)s” takes the upload beyond %(limit)s. A diagram with its forms takes far less: check what is inside.",
            file=error.file, limit=megabytes(count),
        ),
        "upload.too_many": ngettext(
            "“%(file)s” holds more than %(num)d file.", "“%(file)s” holds more than %(num)d files.", count, file=error.file
        ),
        "upload.bad_path": _("The path “%(file)s” leads out of the folder or cannot be used.", file=error.file),
        "upload.twice": _("The file “%(file)s” is there twice. Keep one of them.", file=error.file),
        "upload.bad_archive": _("The archive “%(file)s” is damaged or of an unknown kind. Pack it again as a ZIP.", file=error.file),
        "upload.encrypted": _("The archive “%(file)s” is protected by a password. Pack it without one.", file=error.file),
    }  # fmt: skip
    return Refusal(_("The files were not taken"), texts[error.code])
