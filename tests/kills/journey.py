"""One sale over plain HTTP, from the public form to its end, whatever happens to the server meanwhile."""

import re
import time
from datetime import UTC, datetime, timedelta

from tests.kills.site import Browser, Site, fill

CLIENT = {
    "subject": "Станок токарный 16К20",
    "need": "Нужен станок с пусконаладкой.",
    "contact_name": "Иван Петров",
    "email": "ivan@example.com",
    "phone": "+7 916 555-00-11",
    "company": "ООО «Новая мастерская»",
    "inn": "7707083893",
    "region": "Москва",
}
BUTTONS = ("Принять предложение",)
PATIENCE_S = 500


class Journey:
    """`number` is the request's; `steps` counts what people did."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.client = Browser(site)
        self.people: dict[str, Browser] = {}
        self.link = self._ask()
        self.number = re.search(r"ПО-\d{4}-\d{6}", self.client.get(self.link)[0].text_content()).group()
        self.id = site.rows("select id from instance where number = ?", self.number)[0][0]

    def _ask(self) -> str:
        """Send the public form; sent again after a crash it is the same request."""
        page, _ = self.client.get("/c/equipment_sale")
        form = next(form for form in page.forms if "_submit_key" in form.fields)
        consent = next(name for name in form.fields if name == "_consent_personal_data")
        fields = fill(form, {**CLIENT, consent: form.inputs[consent].get("value")})
        while True:
            answer = self.client.send(form.action, fields)
            if answer is None:
                self.site.await_answer()
                continue
            assert answer[0] == 200, answer[1].decode()[:3000]
            return re.search(r"/t/[\w-]+", answer[2]).group()

    @property
    def state(self) -> str:
        return self.site.rows("select state from instance where id = ?", self.id)[0][0]

    def run(self) -> None:
        """Do whatever is there to do until the request is finished."""
        deadline = time.monotonic() + PATIENCE_S
        while self.state == "active":
            if time.monotonic() > deadline:
                raise TimeoutError(self._standing())
            if not self._work() and not self._answer():
                time.sleep(0.05)

    def _standing(self) -> str:
        open_ = self.site.rows("select element_id from task where instance_id=? and state='open'", self.id)
        jobs = self.site.rows("select element_id, state, error from job where instance_id=?", self.id)
        incidents = self.site.rows("select element_id, message from incident where instance_id=?", self.id)
        return f"tasks {open_}, jobs {jobs}, incidents {incidents}"

    def _work(self) -> bool:
        """Complete the first open task as somebody who may."""
        found = self.site.rows(
            "select t.id, t.element_id, u.email, t.candidate_groups from task t "
            "left join user u on u.id = t.assignee_id where t.instance_id = ? and t.state = 'open' order by t.id",
            self.id,
        )
        if not found:
            return False
        task_id, element, email, groups = found[0]
        person = self._person(email or self._member(groups))
        if email is None:
            self._press(person, f"/tasks/{task_id}", f"/tasks/{task_id}/claim", {})
            return True
        self._press(person, f"/tasks/{task_id}", f"/tasks/{task_id}", self._values(element))
        return True

    def _press(self, person: Browser, page_path: str, action: str, values: dict[str, str]) -> None:
        """Send the form of a page; what became of it is seen at the next look."""
        page, address = person.get(page_path)
        if "/sign-in" in address:
            return
        for form in page.forms:
            actions = {form.get("action") or "", *form.xpath(".//button/@formaction")}
            if action not in {address.split("?")[0] for address in actions}:
                continue
            fields = fill(form, values)
            button = next(
                iter(form.xpath(".//button[@type='submit'][@name][not(starts-with(@name,'_'))]")), None
            )
            if button is not None and button.get("name") not in values:
                fields.append((button.get("name"), button.get("value") or ""))
            answer = person.send(action, fields)
            if answer is not None and answer[0] == 422:
                errors = " ".join(re.findall(r'class="invalid-feedback[^>]*>([^<]+)', answer[1].decode()))
                raise AssertionError(f"{action}: {errors or answer[1].decode()[:2000]}")
            return

    def _answer(self) -> bool:
        """Press the expected button of the client's page, if there is one."""
        page, _ = self.client.get(self.link)
        for form in page.forms:
            if not (form.get("action") or "").endswith("/answer"):
                continue
            text = form.text_content()
            if any(label in text for label in BUTTONS) or "rating" in form.fields:
                values = {"rating": "5"} if "rating" in form.fields else {}
                fields = fill(form, values)
                button = form.xpath(".//button[@name]")
                fields += [(b.get("name"), b.get("value") or "") for b in button[:1]]
                self.client.send(form.get("action"), fields)
                return True
        return False

    def _values(self, element: str) -> dict[str, str]:
        today = datetime.now(UTC).date()
        day = today + timedelta(days=2)
        return {
            "qualify": {
                "wanted[0].product": "ST-LP300",
                "wanted[0].qty": "1",
                "clarified": "Цех, 380 В",
                "next": "quote",
                "delivery_address": "Москва",
            },
            "invoice": {"organisation": "technosnab"},
            "payment": {
                "payment_amount": self._due(),
                "payment_date": today.isoformat(),
                "payment_number": "15",
            },
            "pick": {"places": "1"},
            "delivery": {
                "carrier": "own",
                "planned_date": day.isoformat(),
                "delivery_address": "Москва, Заводская, 1",
            },
            "delivered": {"delivered_on": day.isoformat(), "delivery_outcome": "delivered"},
        }.get(element, {})

    def _due(self) -> str:
        """What the invoice asks for."""
        found = self.site.rows(
            "select amount from document where instance_id = ? and kind = 'invoice' order by id desc", self.id
        )
        return f"{found[0][0] / 100:.2f}" if found else ""

    def _person(self, email: str) -> Browser:
        if email not in self.people:
            self.people[email] = Browser(self.site)
            self.people[email].sign_in(email)
        return self.people[email]

    def _member(self, groups: str) -> str:
        keys = re.findall(r'"([^"]+)"', groups)
        marks = ",".join("?" * len(keys))
        found = self.site.rows(
            f"select u.email from user u join membership m on m.user_id = u.id "
            f'join "group" g on g.id = m.group_id where g.key in ({marks}) order by u.id',
            *keys,
        )
        return found[0][0]
