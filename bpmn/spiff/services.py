"""What the engine needs from outside, frozen for one unit of work."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from bpmn import dmn
    from bpmn.spiff.model import Element, ProcessModel
    from bpmn.spiff.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Binding:
    """Which version of a called process or decision is meant.

    `kind`: "latest", "deployment" (that of the caller), "version" (`value` is the number), "versionTag"
    (`value` is the tag) or "reference" (`value` is the `ProcessModel.reference` bound before; must be exact).
    """

    kind: str = "latest"
    value: str | None = None


class ScriptRunner(Protocol):
    """Runs scripts of analysts in a sandbox."""

    def run(self, source: str, variables: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
        """Run *source* with the variables it names; return those it changed.

        Raises:
            bpmn.scripts.ScriptFailed: the script is wrong, too slow or too large.
            handlers.errors.BpmnError: the script raised one for the diagram.
        """
        ...


class Services(Protocol):
    """One object per unit; `now` and `random` do not change while the unit is repeated."""

    @property
    def now(self) -> datetime:
        """The time of the unit, aware UTC."""
        ...

    @property
    def random(self) -> random.Random:
        """Seeded for the unit."""
        ...

    @property
    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """Host functions offered to FEEL."""
        ...

    @property
    def scripts(self) -> ScriptRunner:
        """The sandbox."""
        ...

    def decide(self, decision_ref: str, variables: Mapping[str, Any], binding: Binding) -> "dmn.Outcome":
        """Evaluate a decision; return its result with everything that explains it."""
        ...

    def called_process(self, key: str, binding: Binding) -> "ProcessModel":
        """Return the process that a call activity means; raises when there is none."""
        ...

    def transactional(self, handler: str) -> bool:
        """Tell whether the handler runs inside the advancing unit instead of as a job."""
        ...

    def external(self, handler: str) -> bool:
        """Tell whether a program elsewhere does what the handler's name, a topic, asks for."""
        ...

    def run_transactional(
        self, element: "Element", parameters: dict[str, Any], workflow: "Workflow", token_id: int
    ) -> dict[str, Any]:
        """Run a transactional handler; return the variables it gives."""
        ...
