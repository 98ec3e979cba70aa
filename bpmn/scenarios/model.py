"""A scenario as read: what happens to a process, step by step, and what is expected then."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `kind` is start, expect, complete, job, message, signal, trigger, adhoc or advance."""

    index: int
    kind: str
    body: Any
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """An executable example.

    `files` are paths beside the scenario, empty for everything of its folder; `manual` means that no job
    completes by itself; `groups` maps a group to its members, None where permissions do not apply.
    """

    file: str
    name: str
    process: str | None
    files: tuple[str, ...]
    now: datetime
    manual: bool
    groups: Mapping[str, tuple[str, ...]] | None
    steps: tuple[Step, ...] = field(repr=False)

    def named_jobs(self) -> frozenset[str]:
        """Elements whose jobs wait for the scenario: those that a step settles or expects."""
        return frozenset(self._named())

    def _named(self) -> Iterator[str]:
        for step in self.steps:
            if step.kind == "job":
                yield step.body["element"]
            elif step.kind == "expect" and isinstance(step.body.get("jobs"), list):
                yield from step.body["jobs"]


class ScenarioUnreadable(Exception):
    """The file is no scenario; says where and why in both languages."""

    def __init__(self, file: str, line: int | None, ru: str, en: str) -> None:
        self.file, self.line = file, line
        self.message_ru, self.message_en = f"{self.place}: {ru}", f"{self.place}: {en}"
        super().__init__(self.message_en)

    @property
    def place(self) -> str:
        """The file and the line."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def message(self, language: str) -> str:
        """Return what is wrong in "ru" or "en"."""
        return self.message_ru if language == "ru" else self.message_en
