"""Texts, line by line, with a little of what stands around each change."""

import difflib
from dataclasses import dataclass

MAX_LINES = 5_000
_CONTEXT = 2


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line of the comparison: `how` is added, removed, same, or gap (lines left out)."""

    how: str
    text: str


def compare_texts(old: bytes | None, new: bytes | None) -> tuple[LineChange, ...] | None:
    """Compare two texts; None when one of them is no text, or too long to be read by a person."""
    try:
        before = (old or b"").decode().splitlines()
        after = (new or b"").decode().splitlines()
    except UnicodeDecodeError:
        return None
    if max(len(before), len(after)) > MAX_LINES or b"\0" in (old or b"") + (new or b""):
        return None
    found: list[LineChange] = []
    groups = difflib.SequenceMatcher(a=before, b=after, autojunk=False).get_grouped_opcodes(_CONTEXT)
    for number, group in enumerate(groups):
        if number:
            found.append(LineChange("gap", ""))
        for kind, a1, a2, b1, b2 in group:
            if kind == "equal":
                found += [LineChange("same", line) for line in before[a1:a2]]
                continue
            found += [LineChange("removed", line) for line in before[a1:a2]]
            found += [LineChange("added", line) for line in after[b1:b2]]
    return tuple(found)
