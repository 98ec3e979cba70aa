"""What an evaluation returns: the value, and everything that a request card shows to explain it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bpmn.dmn.errors import DmnError
from bpmn.dmn.json_values import brief

#: How a result may be mapped into a variable (the modes of ``camunda:mapDecisionResult``).
MODES = ("singleEntry", "singleResult", "collectEntries", "resultList")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one evaluation.

    `matched_rules` are the rules that made the result, over all tables in the order of evaluation;
    `inputs` the input values that were used; `trace` one JSON-able entry per decision and table;
    `reasons` why values became null (strings in English with ``.message("ru")``).
    """

    decision: str
    value: Any
    matched_rules: list[dict[str, Any]] = field(default_factory=list)
    inputs: dict[str, Any] = field(default_factory=dict)
    trace: list[dict[str, Any]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    rows: Sequence[dict[str, Any]] | None = None

    def mapped(self, mode: str) -> Any:
        """Return the result as a business rule task stores it.

        singleEntry: the one value of the one rule; singleResult: the one rule's outputs by name;
        collectEntries: the one output of every rule; resultList: every rule's outputs by name.
        No rule at all is None, or an empty list.

        Raises:
            DmnError: dmn.mapping, when there are more rules or outputs than the mode holds.
            ValueError: *mode* is unknown.
        """
        if mode not in MODES:
            raise ValueError(f"no such mapping of a decision result: {mode!r}")
        rows = self._rows()
        if mode == "resultList":
            return rows
        if mode == "collectEntries":
            return [self._only_entry(row, mode) for row in rows]
        if len(rows) > 1:
            detail = (f"{len(rows)} rules matched", f"сработало правил: {len(rows)}")
            raise DmnError("dmn.mapping", self.decision, place=self.decision, mode=mode, detail=detail)
        if not rows:
            return None
        return rows[0] if mode == "singleResult" else self._only_entry(rows[0], mode)

    def _rows(self) -> list[dict[str, Any]]:
        if self.rows is not None:
            return [dict(row) for row in self.rows]
        if self.value is None:
            return []
        values = self.value if isinstance(self.value, list) else [self.value]
        return [dict(value) if isinstance(value, dict) else {self.decision: value} for value in values]

    def _only_entry(self, row: dict[str, Any], mode: str) -> Any:
        if len(row) != 1:
            detail = (f"a rule has {len(row)} outputs", f"у правила выходов: {len(row)}")
            raise DmnError("dmn.mapping", self.decision, place=self.decision, mode=mode, detail=detail)
        return next(iter(row.values()))

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON, for storing beside the activity record; `describe` puts it into words.

        Long texts and lists among the value and the inputs are cut.
        """
        return {
            "decision": self.decision,
            "value": brief(self.value),
            "matched_rules": self.matched_rules,
            "inputs": brief(self.inputs),
            "trace": self.trace,
            "reasons": [str(reason) for reason in self.reasons],
        }
