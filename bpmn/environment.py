"""What the engine is given for one unit of work: a frozen clock, the calendar, scripts, decisions, handlers."""

import random
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from bpmn import called, decisions, dmn
from bpmn.actors import Actor
from bpmn.bundles import LoadedBundle
from bpmn.spiff import ProcessModel
from bpmn.spiff.services import Binding, ScriptRunner
from handlers.context import HandlerContext
from storage.failures import told
from storage.rows import InstanceRow
from storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from bpmn.runtime import Runtime
    from bpmn.spiff import Element, Workflow


def host_functions(runtime: "Runtime", now: datetime) -> Mapping[str, Callable[..., Any]]:
    """The functions that expressions of every process may call beside FEEL's own."""
    calendar = runtime.calendar
    return {
        "business hours after": lambda moment, hours: calendar.add_hours(moment, hours),
        "business days after": lambda moment, days: calendar.add_days(moment, days),
        "now": lambda: now.astimezone(runtime.zone),
    }


@dataclass
class Environment:
    """`bpmn.spiff.services.Services` for one unit; nothing of it outlives the unit."""

    runtime: "Runtime"
    uow: UnitOfWork | None
    bundle: LoadedBundle
    now: datetime
    by: Actor
    seed: int
    request: InstanceRow | None = None
    before_handler: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.zone: tzinfo = self.runtime.zone
        self.local_now = self.now.astimezone(self.zone)
        self.random = random.Random(self.seed)  # noqa: S311 (chance of a process, not a secret)
        self.functions = {**host_functions(self.runtime, self.now), "request number": self._request_number}

    def _request_number(self) -> str | None:
        """What `request number()` is in an expression: a key that messages can name from the first step on."""
        return self.request.number if self.request is not None else None

    @property
    def scripts(self) -> ScriptRunner:
        return self.runtime.scripts

    def decide(self, decision_ref: str, variables: Mapping[str, Any], binding: Binding) -> dmn.Outcome:
        """Evaluate a decision of the version that is meant (`bpmn.decisions`)."""
        if self.uow is not None:
            with told(self.runtime.storage.engine):
                model = decisions.find(
                    self.runtime.bundles, self.uow.connection, self.bundle, decision_ref, binding
                )
        else:
            with self.runtime.storage.read() as connection:
                model = decisions.find(self.runtime.bundles, connection, self.bundle, decision_ref, binding)
        return model.evaluate(decision_ref, variables, functions=self.functions, now=self.local_now)

    def called_process(self, key: str, binding: Binding) -> ProcessModel:
        """The called process that is meant (`bpmn.called`)."""
        if self.uow is None:
            with self.runtime.storage.read() as connection:
                return called.find(self.runtime.bundles, connection, self.bundle, key, binding)
        with told(self.runtime.storage.engine):
            return called.find(self.runtime.bundles, self.uow.connection, self.bundle, key, binding)

    def transactional(self, handler: str) -> bool:
        return self.runtime.registry.get(handler).transactional

    def external(self, handler: str) -> bool:
        return self.runtime.registry.is_external(handler)

    def run_transactional(
        self, element: "Element", parameters: dict[str, Any], workflow: "Workflow", token_id: int
    ) -> dict[str, Any]:
        """Run a handler inside the advancing unit; what it writes is committed or undone with it."""
        assert self.uow is not None
        assert self.request is not None
        handler = self.runtime.registry.get(element.handler or "")
        context = self.handler_context(
            element_id=element.id,
            key=f"{self.request.id}:{token_id}",
            variables=workflow.variables_of(token_id),
            open_unit=lambda: nullcontext(self.uow),
        )
        with told(self.runtime.storage.engine):
            self.before_handler()
            result = handler.call(context, parameters)
            self.uow.flush()
        return result

    def handler_context(
        self, *, element_id: str, key: str, variables: Mapping[str, Any], open_unit: Callable[[], Any]
    ) -> HandlerContext:
        """What a handler of this request is given."""
        assert self.request is not None
        runtime, request = self.runtime, self.request

        def client_secret() -> str:
            with open_unit() as unit:
                return runtime.links.open(unit, request.id, at=self.now)

        return HandlerContext(
            request=request,
            variables=variables,
            now=self.now,
            idempotency_key=key,
            element_id=element_id,
            actor_id=self.by.id,
            bundle=self.bundle,
            files=runtime.storage.files,
            settings=runtime.settings,
            mailer=runtime.mailer,
            calendar=runtime.calendar,
            open_unit=open_unit,
            correlate=runtime.correlate,
            start=runtime.start,
            client_secret=client_secret,
        )
