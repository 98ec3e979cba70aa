"""How a form is refused: the form, the place in it, a stable code, both languages."""

from dataclasses import dataclass
from typing import Any

from bpmn.forms.messages import Problem, problem


@dataclass(frozen=True, slots=True)
class FormProblem:
    """One finding about a form definition.  *level* is "error" (refuses deployment) or "warning".

    *variable* is the unknown name that an expression reads, for that finding.
    """

    name: str
    path: str
    code: str
    message_ru: str
    message_en: str
    level: str = "error"
    variable: str = ""

    def message(self, language: str) -> str:
        return self.message_ru if language == "ru" else self.message_en


def found(name: str, path: str, code: str, *, level: str = "error", **values: Any) -> FormProblem:
    """Make the finding *code* about the place *path* of the form *name*."""
    return _finding(name, path, problem(code, **values), level)


def _finding(name: str, path: str, what: Problem, level: str) -> FormProblem:
    return FormProblem(
        name,
        path,
        what.code,
        what.message("ru"),
        what.message("en"),
        level,
        str(what.values.get("variable", "")),
    )


class FormRefused(ValueError):
    """The form definition cannot be used: malformed, too large, or with unknown parts."""

    def __init__(self, finding: FormProblem) -> None:
        super().__init__(f"form {finding.name!r}, {finding.path or 'root'}: {finding.message_en}")
        self.name, self.path, self.code = finding.name, finding.path, finding.code
        self.message_ru, self.message_en = finding.message_ru, finding.message_en

    def message(self, language: str) -> str:
        return self.message_ru if language == "ru" else self.message_en
