"""What is different between two versions of a folder, as a person would say it.

Diagrams are compared by what their elements mean, not by their text: element by element, each with the
settings that changed; an element that was only drawn elsewhere is told apart.  Decisions are compared rule by
rule, forms field by field, texts line by line.  Everything is pure: files in, findings out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bpmn.differences.decisions import DecisionChange, RuleChange, compare_decisions
from bpmn.differences.diagrams import ElementChange, Setting, compare_diagrams
from bpmn.differences.forms import FieldChange, compare_forms
from bpmn.differences.texts import LineChange, compare_texts

__all__ = [
    "DecisionChange",
    "Difference",
    "ElementChange",
    "FieldChange",
    "FileDifference",
    "LineChange",
    "RuleChange",
    "Setting",
    "compare",
    "compare_diagrams",
]


@dataclass(frozen=True, slots=True)
class FileDifference:
    """A file that is not the same; `how` is added, removed or changed, `kind` diagram, decision, form, text, binary.

    The list that fits the kind says what changed; a file that cannot be read as its kind is compared as a text.
    """

    path: str
    kind: str
    how: str
    elements: tuple[ElementChange, ...] = ()
    decisions: tuple[DecisionChange, ...] = ()
    fields: tuple[FieldChange, ...] = ()
    lines: tuple[LineChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """All files of two folders that differ, diagrams first."""

    files: tuple[FileDifference, ...]

    def of_kind(self, kind: str) -> list[FileDifference]:
        """The files of one kind."""
        return [file for file in self.files if file.kind == kind]

    @property
    def count(self) -> int:
        """How many single changes there are; an element that was only moved on the picture is none."""
        return sum(
            len([one for one in file.elements if one.how != "moved"])
            + len(file.decisions)
            + len(file.fields)
            + (1 if file.kind in ("text", "binary") else 0)
            for file in self.files
        )


_ORDER = {"diagram": 0, "decision": 1, "form": 2, "text": 3, "binary": 4}


def compare(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Difference:
    """Compare two folders."""
    found = [
        _compare_file(path, old.get(path), new.get(path))
        for path in sorted({*old, *new})
        if old.get(path) != new.get(path)
    ]
    return Difference(tuple(sorted(found, key=lambda file: (_ORDER[file.kind], file.path))))


def _compare_file(path: str, old: bytes | None, new: bytes | None) -> FileDifference:
    how = "added" if old is None else "removed" if new is None else "changed"
    try:
        if path.endswith(".bpmn"):
            return FileDifference(path, "diagram", how, elements=compare_diagrams(old, new))
        if path.endswith(".dmn"):
            return FileDifference(path, "decision", how, decisions=compare_decisions(old, new))
        if path.endswith(".form"):
            return FileDifference(path, "form", how, fields=compare_forms(old, new))
    except ValueError:
        pass  # not readable as its kind: a text
    lines = compare_texts(old, new)
    if lines is None:
        return FileDifference(path, "binary", how)
    return FileDifference(path, "text", how, lines=lines)
