"""What became of scenarios: the report of `marshrut scenario run --json`, exactly as documented."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bpmn.scenarios.words import Words


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step; `expected` and `actual` only where there was something to compare.

    A failure outside the steps has the kind "read" (the file is no scenario) or "deploy".
    """

    index: int
    kind: str
    passed: bool
    expected: Any = None
    actual: Any = None
    words: Words | None = None
    line: int | None = None

    def message(self, language: str) -> str:
        """Return what there is to say, empty where all is well."""
        return self.words.message(language) if self.words is not None else ""


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """One scenario; `visits` counts how often each element of its diagrams was reached."""

    file: str
    name: str
    steps: tuple[StepResult, ...]
    visits: Mapping[str, int] = field(default_factory=dict)
    unreadable: bool = False
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return not self.unreadable and all(step.passed for step in self.steps)

    @property
    def failure(self) -> StepResult | None:
        """The first step that failed."""
        return next((step for step in self.steps if not step.passed), None)

    def as_json(self, language: str) -> dict[str, Any]:
        return {
            "file": self.file,
            "name": self.name,
            "passed": self.passed,
            "steps": [
                {
                    "index": step.index,
                    "kind": step.kind,
                    "passed": step.passed,
                    "expected": step.expected,
                    "actual": step.actual,
                    "message": step.message(language),
                }
                for step in self.steps
            ],
            "coverage": {"elements": dict(self.visits)},
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All scenarios of a run, in the order in which they were named."""

    scenarios: tuple[ScenarioResult, ...]

    @property
    def failed(self) -> int:
        return sum(not result.passed for result in self.scenarios)

    @property
    def unreadable(self) -> bool:
        return any(result.unreadable for result in self.scenarios)

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """Return the documented report."""
        return {
            "scenarios": [result.as_json(language) for result in self.scenarios],
            "passed": len(self.scenarios) - self.failed,
            "failed": self.failed,
        }


def coverage(results: Iterable[ScenarioResult]) -> dict[str, int]:
    """Return the visits of each element over several scenarios."""
    total: Counter[str] = Counter()
    for result in results:
        for element, visits in result.visits.items():
            total[element] += visits
    return dict(total)
