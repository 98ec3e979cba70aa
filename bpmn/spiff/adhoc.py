"""What an open ad-hoc subprocess offers to the person who leads it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from bpmn.spiff.subprocesses import AdHocScope

if TYPE_CHECKING:
    from bpmn.spiff.scopes import Scope


@dataclass(frozen=True, slots=True)
class Led:
    """An open ad-hoc subprocess that people lead (BPMN 2.0 §13.3.5).

    `activities`: element ids in the order of the diagram; `running`: how many of each are open.  *cancels* says
    what happens to those when enough was done; after that (*enough*) nothing more can begin.
    """

    token_id: int
    element_id: str
    activities: tuple[str, ...]
    startable: frozenset[str]
    running: Mapping[str, int]
    sequential: bool
    cancels: bool
    enough: bool


def led(scope: "Scope") -> Led:
    """Describe the scope of an ad-hoc subprocess."""
    spec = cast(AdHocScope, scope.spec)
    entries = [node.element_id for node in spec.entries]
    running = Counter(token.task_spec.element_id for token in scope.members() if token.alive)
    return Led(
        token_id=scope.host.id,
        element_id=scope.host.task_spec.element_id,
        activities=tuple(entries),
        startable=frozenset(node.element_id for node in spec.startable(scope)),
        running={key: running[key] for key in entries if running[key]},
        sequential=spec.sequential,
        cancels=spec.cancel_remaining,
        enough="enough" in scope.host.internal_data,
    )
