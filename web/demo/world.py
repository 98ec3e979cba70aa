"""People and clients who act on a clock of their own.

Stories run side by side: whatever comes next in any of them happens next, and every timer between fires at its
time.  All times are found by walking working hours back from the present, so that an example made on a Sunday
night looks like one made on a Tuesday noon.
"""

import heapq
import random
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bpmn.actors import Actor
from bpmn.engine import ProcessEngine
from storage.models import Group, Incident, Instance, Job, Membership, Task, User
from web.demo.stories import KEY, Client, Step, Story

SEED = 2026
_ADDRESS = "192.0.2.10"  # RFC 5737: documentation


class DemoBroken(RuntimeError):
    """A story could not go on: the process and the story no longer fit."""


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Run:
    """One story that has begun: its request and what comes next in it."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.steps = iter(story.steps)
        self.instance_id = 0
        self.secret = ""

    def next(self) -> Step | None:
        return next(self.steps, None)


class World:
    """The same engine under a clock that the stories move."""

    def __init__(self, engine: ProcessEngine, *, begin: datetime) -> None:
        runtime = engine.runtime
        self.clock = Clock(begin)
        self.engine = ProcessEngine(
            engine.storage,
            secret_key="",
            settings=runtime.settings,
            registry=runtime.registry,
            calendar=runtime.calendar,
            mailer=runtime.mailer,
            scripts=runtime.scripts,
            clock=self.clock,
        )
        self.engine.runtime.links = runtime.links
        self.zone = ZoneInfo(runtime.settings.time_zone)
        self.random = random.Random(SEED)  # noqa: S311 (an example, not a secret)
        self.people: dict[int, Actor] = {}

    # -- time ----------------------------------------------------------------------------------------

    def play(self, stories: Iterable[Story], *, until: datetime) -> None:
        """Live all stories up to a moment; what would come later stays undone."""
        self.people = self._people()
        queue: list[tuple[datetime, int, Run, Step]] = []
        for place, story in enumerate(stories):
            begin = self.engine.runtime.calendar.add_hours(until, -story.hours_ago)
            heapq.heappush(queue, (begin, place, Run(story), Step("arrive")))
        while queue and queue[0][0] <= until:
            moment, place, run, step = heapq.heappop(queue)
            self.wait(moment)
            self._do(run, step)
            following = run.next()
            if following is not None:
                then = self.engine.runtime.calendar.add_hours(moment, following.after_h)
                heapq.heappush(queue, (then, place, run, following))
        self.wait(until)

    def wait(self, moment: datetime) -> None:
        """Let time pass: every job and timer due until *moment* runs at its time."""
        while (due := self._next_due()) is not None and due <= moment:
            self.clock.now = max(self.clock.now, due)
            self.engine.jobs.run_until_idle()
            self._check()
        self.clock.now = max(self.clock.now, moment)

    def _next_due(self) -> datetime | None:
        with self.engine.storage.read() as connection:
            due: datetime | None = connection.execute(
                select(func.min(Job.due_at)).where(Job.state == "waiting")
            ).scalar()
        return due

    def _check(self) -> None:
        with self.engine.storage.read() as connection:
            failed = connection.execute(
                select(Incident.element_id, Incident.message).where(Incident.state == "open").limit(1)
            ).first()
        if failed is not None:
            raise DemoBroken(f"{failed.element_id}: {failed.message}")

    def today(self, days: int = 0) -> date:
        return (self.clock.now + timedelta(days=days)).astimezone(self.zone).date()

    def working_day(self, days: int) -> date:
        """The day some working days from now."""
        moment = self.engine.runtime.calendar.add_days(self.clock.now, days)
        return moment.astimezone(self.zone).date()

    # -- people --------------------------------------------------------------------------------------

    def _people(self) -> dict[int, Actor]:
        with self.engine.storage.read_session() as session:
            groups: dict[int, set[str]] = {}
            for user_id, key in session.execute(
                select(Membership.user_id, Group.key).join(Group, Group.id == Membership.group_id)
            ):
                groups.setdefault(user_id, set()).add(key)
            return {
                user.id: Actor(
                    user.id,
                    user.email,
                    user.name,
                    frozenset(groups.get(user.id, ())),
                    frozenset(role.name for role in user.roles),
                )
                for user in session.scalars(select(User).order_by(User.id))
            }

    def _holder(self, task: Task) -> Actor:
        if task.assignee_id is not None:
            return self.people[task.assignee_id]
        return next(who for who in self.people.values() if who.groups & set(task.candidate_groups))

    def _task(self, run: Run, element_id: str) -> Task:
        with self.engine.storage.read_session() as session:
            task = session.scalars(
                select(Task).where(
                    Task.instance_id == run.instance_id, Task.element_id == element_id, Task.state == "open"
                )
            ).first()
        if task is None:
            raise DemoBroken(f"{run.story.subject}: there is no task {element_id}")
        return task

    def _complete(self, run: Run, element_id: str, **values: Any) -> None:
        """Take a task, work on it for some minutes, complete it."""
        by = self._claim(run, element_id)
        self.clock.now += timedelta(minutes=self.random.randint(4, 35))
        self.engine.tasks.complete(task_id=self._task(run, element_id).id, values=values, by=by)

    def _claim(self, run: Run, element_id: str) -> Actor:
        task = self._task(run, element_id)
        by = self._holder(task)
        if task.assignee_id is None:
            self.engine.tasks.claim(task_id=task.id, by=by)
        return by

    # -- what happens --------------------------------------------------------------------------------

    def _do(self, run: Run, step: Step) -> None:
        does: Callable[..., None] = getattr(self, f"_{step.kind}")
        does(run, **step.how)
        self.engine.jobs.run_until_idle()
        self._check()

    def _arrive(self, run: Run) -> None:
        story, client = run.story, run.story.client
        values = _asked(story, client)
        if story.channel == "web":
            self._send_form(run, values, client.language)
        else:
            by = next(who for who in self.people.values() if "sales" in who.groups)
            values |= {"source": story.channel, "language": client.language}
            run.instance_id = self.engine.instances.start(key=KEY, variables=values, by=by).instance_id

    def _send_form(self, run: Run, values: dict[str, str], language: str) -> None:
        public = self.engine.public_forms
        form = public.page(key=KEY, language=language)
        posted = {name: [value] for name, value in values.items()}
        for consent in form.consents:
            if consent.required or self.random.random() < 0.3:
                posted[f"_consent_{consent.purpose}"] = [str(consent.id)]
        sent = public.submit(
            key=KEY, posted=posted, language=language, address=_ADDRESS, submit_key=form.submit_key
        )
        run.instance_id, run.secret = sent.instance_id, sent.link.rpartition("/")[2]

    def _claim_task(self, run: Run, *, element: str) -> None:
        self._claim(run, element)

    def _qualify(self, run: Run, *, clarified: str = "") -> None:
        self._complete(
            run,
            "qualify",
            wanted=[{"product": code, "qty": quantity} for code, quantity in run.story.wanted],
            clarified=clarified or run.story.need,
            delivery_address=run.story.client.address,
            next="quote",
        )

    def _refuse(self, run: Run, *, reason: str) -> None:
        self._complete(run, "qualify", loss_reason=reason, next="refuse")

    def _quote(
        self,
        run: Run,
        *,
        discount: int = 0,
        terms: str = "prepaid",
        text: str = "",
        days: int = 14,
        organisation: str = "technosnab",
    ) -> None:
        variables = self.engine.instances.variables(run.instance_id)
        names = ("name", "qty", "unit", "price", "vat")
        items = [{name: item[name] for name in names} | {"discount": discount} for item in variables["items"]]
        self._complete(
            run,
            "quote",
            items=items,
            payment_terms=terms,
            cover_text=text,
            organisation=organisation,
            delivery_days=days,
            valid_until=self.working_day(10),
        )

    def _vote(self, run: Run, *, decision: str = "approved", remark: str = "") -> None:
        self._complete(run, "vote", decision=decision, remark=remark)

    def _answer(self, run: Run, *, button: str, **fields: str) -> None:
        """Press a button on the client's page."""
        clients = self.engine.clients
        secret = run.secret or self.engine.runtime.links.secret(run.instance_id)
        page = clients.page(secret=secret, language="ru")
        for ask in page.asks:
            for shown in ask.buttons:
                if shown.label == button:
                    clients.act(
                        secret=secret,
                        action_id=shown.action_id,
                        posted={name: [value] for name, value in fields.items()},
                        language="ru",
                        address=_ADDRESS,
                    )
                    return
        raise DemoBroken(f"{run.story.subject}: the client has no button {button!r}")

    def _write(self, run: Run, *, text: str) -> None:
        secret = run.secret or self.engine.runtime.links.secret(run.instance_id)
        self.engine.clients.message(secret=secret, body=text, address=_ADDRESS)

    def _comment(self, run: Run, *, text: str, public: bool = False) -> None:
        by = self._responsible(run)
        self.engine.instances.comment(instance_id=run.instance_id, body=text, public=public, by=by)

    def _responsible(self, run: Run) -> Actor:
        with self.engine.storage.read_session() as session:
            instance = session.get(Instance, run.instance_id)
            assert instance is not None
            assert instance.responsible_id is not None
            return self.people[instance.responsible_id]

    def _call(self, run: Run, *, outcome: str, notes: str = "", **values: Any) -> None:
        self._complete(run, "call", call_outcome=outcome, call_notes=notes, **values)

    def _invoice(self, run: Run) -> None:
        self._complete(run, "invoice", invoice_valid_until=self.working_day(8))

    def _pay(self, run: Run, *, percent: int = 100, element: str = "payment") -> None:
        due = self.engine.instances.variables(run.instance_id)["payment_amount"]
        amount = due if percent == 100 else due * percent // 100
        number = str(self.random.randint(20, 900))
        self._complete(run, element, payment_amount=amount, payment_date=self.today(), payment_number=number)

    def _ship(self, run: Run) -> None:
        self._complete(run, "shipment", ship_date=self.today())

    def _pick(self, run: Run, *, places: int = 1) -> None:
        self._complete(run, "pick", places=places, weight=self.random.randint(5, 900))

    def _plan(self, run: Run, *, carrier: str = "own", days: int = 2) -> None:
        more = {"carrier_name": "Деловые линии", "track_no": f"26-{self.random.randint(10**7, 10**8)}"}
        self._complete(
            run,
            "delivery",
            carrier=carrier,
            planned_date=self.working_day(days),
            delivery_address=run.story.client.address,
            **(more if carrier == "carrier" else {}),
        )

    def _delivered(self, run: Run) -> None:
        self._complete(
            run,
            "delivered",
            delivered_on=self.today(),
            received_by=run.story.client.name,
            delivery_outcome="delivered",
        )

    def _install(self, run: Run) -> None:
        self._complete(run, "install", installed_on=self.today())

    def _cancel(self, run: Run, *, reason: str) -> None:
        self.engine.instances.cancel(instance_id=run.instance_id, reason=reason, by=self._responsible(run))

    def _refund(self, run: Run) -> None:
        payments = self.engine.instances.variables(run.instance_id)["payments"]
        total = sum(payment["amount"] for payment in payments)
        self._complete(run, "refund", refund_amount=total, refund_date=self.today(), refund_number="17")


def _asked(story: Story, client: Client) -> dict[str, str]:
    given = {
        "subject": story.subject,
        "need": story.need,
        "product_group": story.group,
        "region": client.region,
        "contact_name": client.name,
        "email": client.email,
        "phone": client.phone,
        "company": client.company,
        "inn": client.inn,
    }
    return {name: value for name, value in given.items() if value}
