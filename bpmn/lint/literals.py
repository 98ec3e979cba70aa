"""Values that are written plainly are checked before a request meets them; what an expression gives is not known yet."""

import re
from collections.abc import Callable, Iterator

from bpmn.lint.finding import about, nodes
from bpmn.lint.problem import Problem
from bpmn.spiff import timers
from bpmn.spiff.reader import Reader

_CYCLE = re.compile(r"R\d{1,3}/(P.+)")


def _plain(text: str | None) -> str | None:
    """Return a text that is no expression."""
    if text is None or text.startswith("=") or "${" in text or "#{" in text:
        return None
    return text


def _date(text: str) -> None:
    if text.lstrip("+-").startswith("P"):
        timers.parse_duration(text)
    else:
        timers.parse_date(text)


def _number(text: str) -> None:
    try:
        int(text)
    except ValueError as error:
        raise timers.TimerUnreadable("number", text) from error


_ATTRIBUTES: dict[str, tuple[Callable[[str], None], str, str]] = {
    "dueDate": (_date, "дата или длительность по ISO 8601", "an ISO 8601 date or duration"),
    "followUpDate": (_date, "дата или длительность по ISO 8601", "an ISO 8601 date or duration"),
    "priority": (_number, "целое число", "a whole number"),
    "taskPriority": (_number, "целое число", "a whole number"),
    "jobPriority": (_number, "целое число", "a whole number"),
}


def attributes(reader: Reader) -> Iterator[Problem]:
    """A due date is a date or a duration, a priority a number."""
    for node in nodes(reader):
        for name, (check, ru, en) in _ATTRIBUTES.items():
            text = _plain(node.extras.get(name))
            if text is None:
                continue
            try:
                check(text)
            except timers.TimerUnreadable:
                yield about(
                    reader, node, "attribute_value",
                    f"{{}}: {name} «{text}» — не {ru}. Выражение начинают со знака =",
                    f"{{}}: {name} {text!r} is not {en}. An expression begins with =",
                )  # fmt: skip


def retries(reader: Reader) -> Iterator[Problem]:
    """A retry cycle is a repetition of a duration, or a list of durations (Camunda 7, failedJobRetryTimeCycle)."""
    for node in nodes(reader):
        text = node.extras.retry
        if text is None:
            continue
        cycle = _CYCLE.fullmatch(text.strip())
        try:
            for part in [cycle.group(1)] if cycle else text.split(","):
                timers.parse_duration(part.strip())
        except timers.TimerUnreadable:
            yield about(
                reader, node, "retry_text",
                f"{{}}: повторы «{text}» непонятны, будут обычные; пишите R3/PT1M (три раза через минуту) или PT1M,PT5M",
                f"{{}}: the retries {text!r} cannot be read, the usual ones apply; write R3/PT1M (three times, a minute "
                "apart) or PT1M,PT5M",
                severity="warning",
            )  # fmt: skip


def parameters(reader: Reader) -> Iterator[Problem]:
    """A parameter has a name; a mapping of a call says what it takes and under which name it arrives."""
    for node in nodes(reader):
        if any(not name.strip() for name, _ in (*node.extras.inputs, *node.extras.outputs)):
            yield about(
                reader, node, "parameter_name", "{}: у входного или выходного параметра нет имени",
                "{}: an input or output parameter has no name",
            )  # fmt: skip
        if node.type != "callActivity":
            continue
        for item in (*node.extras.ins, *node.extras.outs):
            given = bool(item.source or item.expression)
            if not (item.all or item.business_key) and given != bool(item.target):
                yield about(
                    reader, node, "mapping_incomplete",
                    "{}: у передачи переменных (in, out) должны быть и источник, и имя (target)",
                    "{}: a mapping (in, out) needs both a source and a target",
                )  # fmt: skip
            if item.business_key or item.local:
                name = "businessKey" if item.business_key else "local"
                yield about(
                    reader, node, "mapping_ignored",
                    f"{{}}: {name} у in и out здесь ничего не меняет: процесс идёт в той же заявке",
                    f"{{}}: {name} of in and out changes nothing here: the process runs in the same request",
                    severity="info",
                )  # fmt: skip


RULES = (attributes, retries, parameters)
