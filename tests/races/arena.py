"""Two engines on one database, people, and what must hold after every race."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bpmn.actors import ADMINISTRATOR, Actor
from bpmn.engine import ProcessEngine
from bpmn.errors import EngineError
from bpmn.spiff.errors import ExecutionError
from handlers.ledger import once
from handlers.registry import Registry, handler
from storage.database import Storage
from storage.ids import new_id
from storage.models import Group, Membership, User
from tests.engine.kit import document
from tests.races.turns import Turns, TurnSwitch


class Arena:
    def __init__(self, url: str, folder: Path) -> None:
        self.now = datetime(2026, 6, 10, 6, 0, tzinfo=UTC)
        self.switch = TurnSwitch()
        self.effects: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.failure: Exception | None = None
        self._lock = threading.Lock()
        self.engines = [self._engine(url, folder) for _ in range(2)]
        self.one, self.two = self.engines
        self.administrator = Actor(None, "", "Admin", frozenset(), frozenset({ADMINISTRATOR}))
        self.ann, self.bob = self._person("ann@example.com"), self._person("bob@example.com")
        self._deployed = 0

    def _engine(self, url: str, folder: Path) -> ProcessEngine:
        storage = Storage(url, folder / "files")
        self.switch.watch(storage)
        return ProcessEngine(storage, secret_key="a key", registry=self._registry(), clock=lambda: self.now)

    def _registry(self) -> Registry:
        def effect(key: str) -> dict[str, Any]:
            with self._lock:
                self.effects[key] += 1
            return {"done": True}

        @handler("test.work", title_ru="Работа", title_en="Work")
        def work(context: Any) -> dict[str, Any]:
            with self._lock:
                self.calls[context.idempotency_key] += 1
            if self.failure is not None:
                raise self.failure
            return once(context, "work", lambda: effect(context.idempotency_key))

        registry = Registry()
        registry.add(work)
        return registry

    def _person(self, email: str) -> Actor:
        with self.one.storage.unit_of_work() as uow:
            user = User(
                id=new_id(), email=email, name=email, fs_uniquifier=email, password=None,
                last_failed_sign_in_at=None, created_at=self.now,
            )  # fmt: skip
            group = uow.session.query(Group).filter_by(key="heads").one_or_none()
            group = group or Group(id=new_id(), key="heads", name_ru="heads", name_en="heads")
            uow.session.add_all([user, group])
            uow.flush()
            uow.session.add(Membership(user_id=user.id, group_id=group.id))
            uow.flush()
            return Actor(user.id, email, email, frozenset({"heads"}), frozenset())

    def close(self) -> None:
        for engine in self.engines:
            engine.close()

    # -- acting --------------------------------------------------------------------------------------

    def deploy(self, body: str, *, key: str = "request", activate: bool = True) -> int:
        """Deploy a process; return the id of its version."""
        self._deployed += 1
        content = document(
            f'<bpmn:process id="{key}" name="Request {self._deployed}" isExecutable="true">{body}</bpmn:process>'
        )
        done = self.one.deployments.deploy({"p.bpmn": content}, by=Actor.system(), activate=activate)
        return done.definitions[0].id

    def start(self, key: str = "request", **variables: object) -> int:
        begun = self.one.instances.start(key=key, variables=variables, by=Actor.system())
        return begun.instance_id

    def race(self, seed: int, **acts: Callable[[], Any]) -> dict[str, Any]:
        """Run acts side by side; what they raise must be a refusal that a person can be told."""
        turns = Turns(seed)
        self.switch.turns = turns
        try:
            results = turns.run(**acts)
        finally:
            self.switch.turns = None
        for name, result in results.items():
            if isinstance(result, Exception) and not isinstance(result, EngineError | ExecutionError):
                raise AssertionError(f"{name} failed, seed {seed}") from result
        return results

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    # -- looking -------------------------------------------------------------------------------------

    def rows(self, sql: str, **values: object) -> list[tuple[Any, ...]]:
        with self.one.storage.read() as connection:
            return [tuple(row) for row in connection.execute(text(sql), values)]

    def task(self, request: int, element: str) -> int:
        sql = "select id from task where instance_id = :i and element_id = :e"
        return self.rows(sql, i=request, e=element)[0][0]

    def state(self, request: int) -> str:
        return self.rows("select state from instance where id = :i", i=request)[0][0]

    def visits(self, request: int) -> Counter[tuple[Any, ...]]:
        return Counter(
            self.rows("select element_id, outcome from activity where instance_id = :i", i=request)
        )

    def incident(self, request: int) -> int:
        return self.rows("select id from incident where instance_id = :i and state = 'open'", i=request)[0][0]

    def check(self, request: int) -> None:
        """The rows of a request say what its state says, and effects were had once."""
        with self.one.runtime.peek(request, by=Actor.system()) as (_, _, workflow):
            positions = workflow.positions() if workflow.state == "active" else []
            waiting = {
                kind: {
                    place.token_id for place in positions if place.waits_for == kind and not place.incident
                }
                for kind in ("task", "job", "timer", "message")
            }
            parked = {place.token_id for place in positions if place.incident}
        found = {
            "task": "select token_id from task where instance_id = :i and state = 'open'",
            "job": "select token_id from job where instance_id = :i and kind = 'handler'",
            "timer": "select token_id from job where instance_id = :i and kind = 'timer'",
            "message": "select token_id from subscription where instance_id = :i",
        }
        for kind, sql in found.items():
            assert sorted(row[0] for row in self.rows(sql, i=request)) == sorted(waiting[kind]), kind
        incidents = self.rows(
            "select token_id, kind from incident where instance_id = :i and state = 'open'", i=request
        )
        assert {token for token, kind in incidents if kind == "element"} == parked
        if not positions:
            assert incidents == []
        assert set(self.effects.values()) <= {1}
