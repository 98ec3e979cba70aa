"""One finding about a diagram, in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with which element of which file.

    `severity` is "error" (not deployable), "warning" or "info"; `element` is the id of the element or None for
    the whole file; `rule` is stable and names the rule that speaks.
    """

    file: str
    element: str | None
    rule: str
    severity: str
    message_ru: str
    message_en: str
    line: int | None = None

    def message(self, language: str) -> str:
        """Return the message in "ru" or "en"."""
        return self.message_ru if language == "ru" else self.message_en
