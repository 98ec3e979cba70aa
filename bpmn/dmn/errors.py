"""What can be wrong with a decision model, its evaluation or a value: always a code and the element.

`DmnError` refuses: nothing is returned.  `Reason` explains why a value became
null, as DMN 1.5 §10.3.2.9.4 lets a value of the wrong type become null.
"""

from typing import Any

from bpmn.dmn.messages import render


class DmnError(Exception):
    """A model cannot be read or a decision cannot be evaluated; `element` is the id or name of the culprit."""

    def __init__(
        self, code: str, element: str | None = None, *, line: int | None = None, **values: Any
    ) -> None:
        self.code, self.element, self.line = code, element, line
        self.values = values if line is None else {**values, "line": line}
        super().__init__(self.message("en"))

    def message(self, language: str = "en") -> str:
        """Return the message in *language*: "ru" or "en"."""
        return render(self.code, language, self.values)


class Reason(str):
    """Why a value became null: an English sentence that also carries its code and its Russian text."""

    __slots__ = ("code", "element", "values")

    code: str
    element: str | None
    values: dict[str, Any]

    def __new__(cls, code: str, element: str | None = None, **values: Any) -> "Reason":
        self = super().__new__(cls, render(code, "en", values))
        self.code, self.element, self.values = code, element, values
        return self

    def message(self, language: str = "en") -> str:
        """Return the reason in *language*: "ru" or "en"."""
        return render(self.code, language, self.values)
