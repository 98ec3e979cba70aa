"""A request that meets everything the engine does, told as acts that may be interrupted and repeated.

Every act knows whether it has happened, as a person would see it: then it is not done again.  What a request left
behind is compared with what an undisturbed one leaves.
"""

import os
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, text

from bpmn.actors import ADMINISTRATOR, Actor
from bpmn.engine import ProcessEngine
from bpmn.leases import LEASE_S
from handlers.errors import UncertainEffect
from handlers.ledger import once
from handlers.registry import Registry, default_registry, handler
from handlers.settings import MailSettings, Settings
from storage.database import Storage
from storage.ids import new_id
from storage.models import Group, Membership, User
from storage.types import UtcDateTime
from tests.engine.kit import END, MESSAGE, SIGNAL, START, boundary, catch, chain, document, el, flow, gateway
from tests.faults.switch import Switch

BEGIN = datetime(2026, 6, 10, 6, 0, tzinfo=UTC)
CHILD_PATIENCE_S = 30
_UNCERTAIN = UncertainEffect.CODE


def _hours(count: int) -> str:
    return (
        f"<bpmn:timerEventDefinition><bpmn:timeDuration>PT{count}H</bpmn:timeDuration>"
        "</bpmn:timerEventDefinition>"
    )


def _service(id: str, topic: str, **parameters: str) -> str:
    inputs = "".join(
        f'<camunda:inputParameter name="{name}">{value}</camunda:inputParameter>'
        for name, value in parameters.items()
    )
    mapping = f"<bpmn:extensionElements><camunda:inputOutput>{inputs}</camunda:inputOutput></bpmn:extensionElements>"
    return el("serviceTask", id, mapping, camunda_type="external", camunda_topic=topic)


_KEY = (
    "<bpmn:extensionElements><camunda:properties>"
    '<camunda:property name="correlation:order" value="=order"/>'
    "</camunda:properties></bpmn:extensionElements>"
)
_OFFERED = {"camunda_candidateGroups": "heads"}
SALE = (
    START
    + el("userTask", "check", name="Check", **_OFFERED)
    + _service("order", "test.order")
    + _service("subject", "test.subject", text="=order")
    + _service("tell", "notifications.send", text="told", to="ann@example.com")
    + gateway("parallel", "fork", "join")
    + catch("paid", _KEY + MESSAGE)
    + catch("rest", _hours(12))
    + el("userTask", "confirm", name="Confirm", **_OFFERED)
    + boundary("late", "confirm", _hours(6), interrupting=False)
    + _service("remind", "test.order")
    + el("endEvent", "reminded")
    + gateway("exclusive", "enough", default="enough.few")
    + el("intermediateThrowEvent", "shout", SIGNAL)
    + el("intermediateThrowEvent", "pass_on", MESSAGE.replace("msg1", "msg2"))
    + END
    + chain("start", "check", "order", "subject", "tell", "fork", "paid", "join")
    + chain("fork", "rest", "join")
    + chain("fork", "confirm", "join")
    + chain("late", "remind", "reminded")
    + chain("join", "enough")
    + flow("enough", "shout", "=amount / rate &gt; 2")
    + flow("enough", "end", id="enough.few")
    + chain("shout", "pass_on", "end")
)
HEARD = (
    el("startEvent", "loud", SIGNAL)
    + _service("noted", "test.subject", text="heard")
    + el("endEvent", "done")
    + chain("loud", "noted", "done")
)
PARTNER = (
    el("startEvent", "asked", MESSAGE.replace("msg1", "msg2"))
    + _service("made", "test.order")
    + el("endEvent", "over")
    + chain("asked", "made", "over")
)
FILES = {
    "sale.bpmn": document(
        *(
            f'<bpmn:process id="{key}" name="{key}" isExecutable="true"><bpmn:extensionElements>'
            f'<camunda:properties><camunda:property name="prefix" value="{key.upper()}"/></camunda:properties>'
            f"</bpmn:extensionElements>{body}</bpmn:process>"
            for key, body in (("sale", SALE), ("heard", HEARD), ("partner", PARTNER))
        )
    ),
    "texts/told.ru.md": "# Заявка\n\nПринята.\n".encode(),
    "texts/told.en.md": b"# Request\n\nTaken.\n",
}


class Clock:
    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now


class Outside:
    """The world beyond our database: a file to which every order adds a line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch()

    def order(self, key: str) -> dict[str, Any]:
        with self._path.open("a") as lines:
            lines.write(f"{key}\n")
        return {"ordered": True}

    def orders(self) -> Counter[str]:
        return Counter(self._path.read_text().split())


class World:
    """An engine on a database whose every statement passes a switch."""

    def __init__(self, url: str, folder: Path) -> None:
        self.switch, self.clock, self.outside = Switch(), Clock(), Outside(folder / "orders")
        self.storage = Storage(url, folder / "files", durable=False)  # a kill spares what the system holds
        self.switch.watch(self.storage)
        self.mail = folder / "mail"
        self.engine = ProcessEngine(
            self.storage,
            secret_key="a key",
            settings=Settings(mail=MailSettings(folder=self.mail)),
            registry=self._registry(),
            clock=self.clock,
        )
        self.kills = 0
        self.administrator = Actor(None, "", "Admin", frozenset(), frozenset({ADMINISTRATOR}))
        self.ann = self._person("ann@example.com", "heads")
        self.engine.deployments.deploy(FILES, by=Actor.system(), activate=True)

    def _registry(self) -> Registry:
        outside = self.outside

        @handler("test.order", title_ru="Заказ", title_en="Order")
        def order(context: Any) -> dict[str, Any]:
            return once(context, "order", lambda: outside.order(context.idempotency_key))

        @handler("test.subject", title_ru="Тема", title_en="Subject", transactional=True)
        def subject(context: Any, *, text: str) -> dict[str, Any]:
            context.request.subject = text
            return {}

        registry = default_registry()
        registry.add(order)
        registry.add(subject)
        return registry

    def _person(self, email: str, group: str) -> Actor:
        with self.storage.unit_of_work() as uow:
            user = User(
                id=new_id(), email=email, name=email, fs_uniquifier=email, password=None,
                last_failed_sign_in_at=None, created_at=self.clock(),
            )  # fmt: skip
            found = Group(id=new_id(), key=group, name_ru=group, name_en=group)
            uow.session.add_all([user, found])
            uow.flush()
            uow.session.add(Membership(user_id=user.id, group_id=found.id))
            uow.flush()
            return Actor(user.id, email, email, frozenset({group}), frozenset())

    def rows(self, sql: str, **values: object) -> list[tuple[Any, ...]]:
        """Look into the database; times are given as `UtcDateTime` stores them."""
        given = [
            bindparam(name, type_=UtcDateTime)
            for name, value in values.items()
            if isinstance(value, datetime)
        ]
        with self.storage.read() as connection:
            return [tuple(row) for row in connection.execute(text(sql).bindparams(*given), values)]

    # -- interrupting --------------------------------------------------------------------------------

    def kill_in(self, act: Callable[[], None], number: int) -> bool:
        """Do *act* in a child that is killed at its boundary *number*; False if it has fewer."""
        self.storage.close()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                self.engine.jobs._owner = f"{socket.gethostname()}:{os.getpid()}:child"
                self.switch.kill_at(number)
                act()
                status = 0
            finally:
                os._exit(status)
        status = _await(child)
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL
            self.kills += 1
            return True
        assert os.WEXITSTATUS(status) == 0, "the act failed without being killed"
        return False

    def fail_in(self, act: Callable[[], None], number: int) -> bool:
        """Do *act* and lose the database at its boundary *number*; False if it has fewer."""
        self.switch.fail_at(number)
        try:
            act()
        except Exception:
            if not self.switch.struck:
                raise
        struck = self.switch.struck
        self.switch.count()
        return struck

    # -- going on ------------------------------------------------------------------------------------

    def recover(self) -> None:
        """What a started process does first; the leases of this one lapse."""
        self.engine.jobs.release_dead()
        if self.rows("select 1 from job where state = 'leased'"):
            self.clock.now += timedelta(seconds=LEASE_S + 1)

    def drain(self) -> None:
        """Run what is due, letting pauses between attempts pass, and decide on effects of unknown outcome."""
        while True:
            self.engine.jobs.run_until_idle()
            if self._decide_uncertain():
                continue
            soon = self.clock.now + timedelta(minutes=10)  # a timer that was put off, not one that is to come
            if not self.rows(
                "select 1 from job where state = 'waiting' and (kind <> 'timer' or due_at <= :soon)",
                soon=soon,
            ):
                return
            self.clock.now += timedelta(minutes=1)

    def _decide_uncertain(self) -> bool:
        """Tell whether there were any.

        An administrator looks outside: what was ordered is passed over, what was not is tried again."""
        found = self.rows(
            "select i.id, j.idempotency_key from incident i join job j on j.id = i.job_id where i.state = 'open'"
        )
        for incident_id, key in found:
            if self.outside.orders()[key]:
                self.engine.incidents.skip(
                    incident_id=incident_id, by=self.administrator, variables={"ordered": True}
                )
            else:
                self.engine.incidents.retry(incident_id=incident_id, by=self.administrator)
        return bool(found)


class Sale:
    """One request and the acts that bring it to its end."""

    def __init__(self, world: World, order: str) -> None:
        self.world, self.engine, self.order = world, world.engine, order
        self.name = f"start-{order}"

    @property
    def id(self) -> int:
        return self.world.rows("select instance_id from buffered_message where message_id = :m", m=self.name)[
            0
        ][0]

    def acts(self) -> Iterator[tuple[str, Callable[[], None], Callable[[], bool]]]:
        """Name, act, and whether it has happened."""
        world = self.world
        yield "start", self._start, self._started
        yield "claim", self._claim, lambda: False
        yield "complete", lambda: self._complete("check"), lambda: not self._open("check")
        yield "jobs", world.drain, lambda: False
        yield "message", self._pay, lambda: False
        world.clock.now += timedelta(hours=7)
        yield "reminder", world.drain, lambda: False
        world.clock.now += timedelta(hours=7)
        yield "timer", world.drain, lambda: False
        yield "fail", lambda: self._complete("confirm"), lambda: not self._open("confirm")
        yield "mend", self._mend, lambda: "rate" in self.engine.instances.variables(self.id)
        yield "retry", self._retry, lambda: not self._incidents()
        yield "others", world.drain, lambda: False

    def run(self, disturb: Callable[[str, Callable[[], None]], bool] | None = None) -> None:
        """Bring the request to its end; *disturb* may interrupt every act as often as it likes (True: it did)."""
        for name, act, happened in self.acts():
            while disturb is not None and disturb(name, act):
                self.world.recover()
                if happened():
                    break
            if not happened():
                act()

    def _start(self) -> None:
        self.engine.instances.start(
            key="sale",
            variables={"order": self.order, "amount": 10},
            by=self.world.ann,
            message_id=self.name,
        )

    def _started(self) -> bool:
        return bool(self.world.rows("select 1 from buffered_message where message_id = :m", m=self.name))

    def _task(self, element: str) -> int:
        sql = "select id from task where instance_id = :i and element_id = :e"
        return self.world.rows(sql, i=self.id, e=element)[0][0]

    def _open(self, element: str) -> bool:
        sql = "select state from task where instance_id = :i and element_id = :e"
        return self.world.rows(sql, i=self.id, e=element) == [("open",)]

    def _claim(self) -> None:
        self.engine.tasks.claim(task_id=self._task("check"), by=self.world.ann)

    def _complete(self, element: str) -> None:
        self.engine.tasks.complete(task_id=self._task(element), values={element: "yes"}, by=self.world.ann)

    def _pay(self) -> None:
        self.engine.messages.correlate(
            name="M1",
            correlation={"order": self.order},
            payload={"sum": 5},
            by=Actor.system(),
            message_id=f"pay-{self.order}",
        )

    def _incidents(self) -> list[int]:
        sql = "select id from incident where instance_id = :i and state = 'open'"
        return [row_id for (row_id,) in self.world.rows(sql, i=self.id)]

    def _mend(self) -> None:
        self.engine.instances.set_variables(
            instance_id=self.id, values={"rate": 2}, by=self.world.administrator
        )

    def _retry(self) -> None:
        (incident,) = self._incidents()
        self.engine.incidents.retry(incident_id=incident, by=self.world.administrator)

    def trace(self) -> dict[str, object]:
        """What the request left behind, without ids and times."""
        rows, i = self.world.rows, self.id
        return {
            "state": rows("select state, subject, status, stage from instance where id = :i", i=i),
            "visits": Counter(rows("select element_id, outcome from activity where instance_id = :i", i=i)),
            "tasks": Counter(rows("select element_id, state from task where instance_id = :i", i=i)),
            "letters": Counter(rows("select recipient from mail where instance_id = :i", i=i)),
            "effects": rows("select count(*) from effect where instance_id = :i", i=i),
            "events": Counter(
                row
                for row in rows("select kind from event where instance_id = :i", i=i)
                if row[0] not in ("incident_retried", "incident_skipped")
            ),
            "variables": {
                key: value for key, value in self.engine.instances.variables(i).items() if key != "order"
            },
            "incidents": [
                row
                for row in rows("select code, state from incident where instance_id = :i", i=i)
                if row[0] != _UNCERTAIN
            ],
        }


def check_whole(world: World, sales: list[Sale]) -> None:
    """Every sale ended like the first, which nobody disturbed; numbers, effects and open work are whole."""
    undisturbed = sales[0].trace()
    undisturbed_subject = undisturbed.pop("state")
    assert undisturbed_subject == [("completed", sales[0].order, "", "")]
    for sale in sales[1:]:
        trace = sale.trace()
        assert trace.pop("state") == [("completed", sale.order, "", "")], sale.order
        assert trace == undisturbed, sale.order
    for key in ("sale", "heard", "partner"):
        numbers: dict[str, list[int]] = {}
        found = world.rows(
            "select i.number, i.state from instance i join definition d on d.id = i.definition_id where d.key = :k",
            k=key,
        )
        assert {state for _, state in found} == {"completed"}, key
        assert len(found) == len(sales), key
        for number, _ in found:
            year, _, sequence = number.removeprefix(f"{key.upper()}-").partition("-")
            numbers.setdefault(year, []).append(int(sequence))
        for year, taken in numbers.items():
            assert sorted(taken) == list(range(1, len(taken) + 1)), (key, year)
    assert set(world.outside.orders().values()) == {1}
    assert len(world.outside.orders()) == 3 * len(sales)
    passed_over = world.rows(
        "select id from incident where code = :c and resolution = 'skipped'", c=_UNCERTAIN
    )
    assert len(world.rows("select key from effect where state <> 'done'")) == len(passed_over)
    letters = world.rows("select count(*) from mail")[0][0]
    assert len(list(world.mail.rglob("*.eml"))) == letters == len(sales)
    for table in ("job", "task_candidate"):
        assert world.rows(f"select * from {table}") == [], table
    assert world.rows("select * from subscription where instance_id is not null") == []
    assert world.rows("select * from task where state = 'open'") == []
    assert world.rows("select element_id, message from incident where state = 'open'") == []
    assert world.rows("select name from buffered_message where state <> 'delivered'") == []


def _await(child: int) -> int:
    deadline = time.monotonic() + CHILD_PATIENCE_S
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise TimeoutError("an act did not end")
