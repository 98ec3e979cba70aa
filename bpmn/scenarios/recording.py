"""Write down a real request as a scenario, with what is personal replaced.

Mail addresses and telephone numbers are replaced wherever they stand; texts of variables whose names say that they
are about a person or a company are replaced as wholes.  The same is replaced by the same, so that the
scenario still compares what the process compares.  Who did what becomes employee1, employee2.
"""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

import yaml

from bpmn.rehearsing import Recording, Visit
from bpmn.spiff import ProcessModel

_PERSONAL = re.compile(
    r"(^|_)(name|names|fio|contact|client|company|firm|buyer|customer|email|mail|phone|tel|address|inn|kpp|ogrn"
    r"|passport|birth\w*|account|comment|need|message|text|url|link|ip)($|_)",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w-])(?!\d{4}-\d\d-\d\d)\+?\d[\d ()\-]{8,16}\d(?![\w-])")
_TASKS = ("userTask", "manualTask")
_JOBS = ("serviceTask", "sendTask")


class Veil:
    """Replaces what is personal, the same by the same."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._counts: Counter[str] = Counter()

    def value(self, value: Any, name: str = "", *, personal: bool = False) -> Any:
        """Return a value fit for YAML without anything personal."""
        personal = personal or bool(_PERSONAL.search(name))
        if isinstance(value, dict):
            return {key: self.value(part, key, personal=personal) for key, part in value.items()}
        if isinstance(value, list):
            return [self.value(part, name, personal=personal) for part in value]
        if isinstance(value, str):
            return self.text(value, personal=personal)
        if isinstance(value, Decimal):
            return int(value) if value == value.to_integral_value() else float(value)
        if isinstance(value, datetime | date | time):
            return value.isoformat()
        if isinstance(value, bool | int | float) or value is None:
            return value
        return str(value)

    def text(self, text: str, *, personal: bool) -> str:
        """Return a text without anything personal; a code without spaces or capitals is no personal text."""
        if personal and text.isdecimal():
            return self._number(text).zfill(len(text))[-len(text) :]
        veiled = _MAIL.sub(lambda found: self._named("person", found[0]) + "@example.com", text)
        veiled = _PHONE.sub(lambda found: "+7900" + self._number(found[0]), veiled)
        if veiled != text or not personal or not text or re.fullmatch(r"[a-z_]{1,24}", text):
            return veiled
        return self._named("Text ", text)

    def person(self, key: int | None) -> str:
        """Return the name of whoever did something."""
        return self._named("employee", f"#{key}") + "@example.com"

    def _named(self, kind: str, original: str) -> str:
        if original not in self._known:
            self._counts[kind] += 1
            self._known[original] = f"{kind}{self._counts[kind]}"
        return self._known[original]

    def _number(self, original: str) -> str:
        return self._named("", re.sub(r"\D", "", original)).zfill(7)


def record(recording: Recording, model: ProcessModel, *, name: str, zone: tzinfo) -> str:
    """Return a recorded request as the text of a scenario."""
    veil = Veil()
    now = recording.started_at
    steps: list[dict[str, Any]] = [{"start": _start(recording, model, veil)}]
    for visit in recording.visits:
        step = _step(visit, model, veil)
        if step is None:
            continue
        if visit.closed_at - now >= timedelta(minutes=1):
            steps.append({"advance": _duration(visit.closed_at - now)})
            now = visit.closed_at
        steps.append(step)
    if recording.until - now >= timedelta(minutes=1) and recording.state != "active":
        steps.append({"advance": _duration(recording.until - now)})
    expected: dict[str, Any] = {"state": recording.state, "visited": dict(sorted(recording.path.items()))}
    steps.append({"expect": expected})
    content = {
        "name": name,
        "process": model.key,
        "now": recording.started_at.astimezone(zone).isoformat(timespec="seconds"),
        "steps": steps,
    }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)


def _start(recording: Recording, model: ProcessModel, veil: Veil) -> dict[str, Any]:
    values = veil.value(dict(recording.variables))
    for start in model.starts:
        if start.element_id == recording.start_id and start.kind == "message":
            return {"message": start.name, "payload": values}
    return {"variables": values}


def _step(visit: Visit, model: ProcessModel, veil: Veil) -> dict[str, Any] | None:
    if visit.outcome != "completed":
        return None
    values: Mapping[str, Any] = veil.value(dict(visit.values))
    if visit.type in _TASKS:
        return {"complete": {"task": visit.element_id, "variables": values}}
    element = model.elements.get(visit.element_id)
    if visit.type in _JOBS and (element is None or element.handler):
        return {"job": {"element": visit.element_id, "result": values}}
    waits = ("receiveTask", "intermediateCatchEvent", "boundaryEvent")
    if visit.type in waits and _is_message(visit, model):
        return {"trigger": {"element": visit.element_id, "payload": values}}
    return None


def _is_message(visit: Visit, model: ProcessModel) -> bool:
    """Tell whether somebody sent what the element waited for; timers and conditions come by themselves."""
    for scope in model.scopes.values():
        for node in scope.task_specs.values():
            if getattr(node, "element_id", None) == visit.element_id:
                return getattr(node, "waits_for", None) in ("message", "signal")
    return False


def _duration(length: timedelta) -> str:
    return f"PT{int(length.total_seconds())}S"
