"""Errors of FEEL: each has a stable code, its values, and a message in Russian and English.

``str(error)`` is the English message.  Evaluation itself does not raise for a
wrong value (the result is null and a reason is recorded); only a text that is
not FEEL and an expression that exceeds its limits are errors.
"""

from typing import Any

from bpmn.feel.messages import EXPECTED, MESSAGES
from bpmn.feel.wording import fill


def render(code: str, language: str, values: dict[str, Any]) -> str:
    """Return the message *code* in *language* ("ru", otherwise English) with *values* filled in."""
    return fill(MESSAGES[code][language == "ru"], language, values)


class FeelError(Exception):
    """Any failure of FEEL; ``code`` is stable, ``message(language)`` is for people."""

    code = "feel.error"

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = values
        super().__init__(self.message("en"))

    def message(self, language: str = "en") -> str:
        """Return the message in *language*: "ru" or "en"."""
        return render(self.code, language, self.values)


class FeelSyntaxError(FeelError):
    """The text is not FEEL: where (line and column from 1), what was expected and what stands there.

    ``expected`` is a key of ``messages.EXPECTED`` or a token in quotes; ``found`` is a piece of the source,
    empty at its end.
    """

    def __init__(self, line: int, column: int, expected: str, found: str, source: str) -> None:
        self.line, self.column = line, column
        self.expected, self.found, self.source = expected, found, source
        super().__init__("feel.syntax", line=line, column=column, expected=expected, found=found)

    def message(self, language: str = "en") -> str:
        """Return position, expectation and finding in *language*: "ru" or "en"."""
        russian = language == "ru"
        english_text, russian_text = EXPECTED.get(self.expected, (self.expected, self.expected))
        found = fill("{text!r}", language, {"text": self.found}) if self.found else EXPECTED["end"][russian]
        expected = russian_text if russian else english_text
        values = {"line": self.line, "column": self.column, "expected": expected, "found": found}
        return render("feel.syntax", language, values)


class FeelLimitError(FeelError):
    """The expression needed more steps, depth, size or time than its limits allow; nothing is returned."""


class Reason(str):
    """Why a value became null: an English sentence that also carries its code and its Russian text."""

    __slots__ = ("code", "values")

    code: str
    values: dict[str, Any]

    def __new__(cls, code: str, **values: Any) -> "Reason":
        self = super().__new__(cls, render(code, "en", values))
        self.code, self.values = code, values
        return self

    def message(self, language: str = "en") -> str:
        """Return the reason in *language*: "ru" or "en"."""
        return render(self.code, language, self.values)
