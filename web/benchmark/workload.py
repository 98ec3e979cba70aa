"""The workload «request» and the shapes whose cost must stay flat, as small diagrams made here."""

from typing import Any

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><bpmn:definitions '
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="http://marshrut/bench" id="bench">'
)
HANDLER = "bench.notify"


def _flow(source: str, target: str, condition: str = "") -> str:
    body = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{body}</bpmn:sequenceFlow>'


def _task(name: str, inside: str = "") -> str:
    return (
        f'<bpmn:userTask id="{name}" name="{name}" camunda:candidateGroups="bench">{inside}</bpmn:userTask>'
    )


def _process(key: str, body: str, beside: str = "") -> bytes:
    process = f'<bpmn:process id="{key}" name="{key}" isExecutable="true">{body}</bpmn:process>'
    return f"{_HEAD}{beside}{process}</bpmn:definitions>".encode()


ANSWERS: tuple[dict[str, Any], ...] = (
    {"approved": True, "approver": "u1", "note": "ok"},
    {"f1": 1, "f2": 2, "f3": 3},
)
"""What is entered at `approve` and at `fulfil`."""


def request(*, job: bool = True) -> bytes:
    """start → script → exclusive gateway → approve → notify (a job, else a script) → fulfil → end."""
    notify = (
        f'<bpmn:serviceTask id="notify" camunda:type="external" camunda:topic="{HANDLER}"/>'
        if job
        else '<bpmn:scriptTask id="notify" scriptFormat="python"><bpmn:script>sent = 1</bpmn:script></bpmn:scriptTask>'
    )
    return _process(
        "bench_request",
        '<bpmn:startEvent id="start"/>'
        '<bpmn:scriptTask id="register" scriptFormat="python"><bpmn:script>total = amount * 1.2</bpmn:script></bpmn:scriptTask>'
        '<bpmn:exclusiveGateway id="gw" default="gw_notify"/>'
        + _task("approve")
        + notify
        + _task("fulfil")
        + '<bpmn:endEvent id="done"/>'
        + _flow("start", "register")
        + _flow("register", "gw")
        + _flow("gw", "approve", "total &gt; 100")
        + _flow("gw", "notify")
        + _flow("approve", "notify")
        + _flow("notify", "fulfil")
        + _flow("fulfil", "done"),
    )


def request_payload(index: int) -> dict[str, Any]:
    """Some 600 bytes: seven keys, five line items."""
    lines = [
        {"sku": f"SKU-{index}-{line}", "qty": line, "price": 10.5, "text": "line item text"}
        for line in range(5)
    ]
    return {
        "amount": 100 + index % 50,
        "customer": f"Customer {index}",
        "subject": "Purchase of equipment",
        "department": "IT",
        "priority": 2,
        "comment": "x" * 120,
        "lines": lines,
    }


def rich() -> bytes:
    """A task with a timer and a message at its border; behind it tasks, a timer and a message at once."""
    hour = (
        "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"
    )
    message = '<bpmn:messageEventDefinition messageRef="msg"/>'
    border = "".join(
        f'<bpmn:boundaryEvent id="{name}" attachedToRef="{host}">{event}</bpmn:boundaryEvent>'
        for name, host, event in (
            ("late", "first", hour),
            ("told", "first", message),
            ("later", "left", hour),
        )
    )
    ends = "".join(f'<bpmn:endEvent id="{name}_end"/>{_flow(name, f"{name}_end")}' for name in _RICH_ENDS)
    return _process(
        "bench_rich",
        f'<bpmn:startEvent id="start"/>{_task("first")}{border}<bpmn:parallelGateway id="fork"/>'
        + _task("left")
        + _task("right")
        + f'<bpmn:intermediateCatchEvent id="caught">{message}</bpmn:intermediateCatchEvent>'
        + f'<bpmn:serviceTask id="job" camunda:type="external" camunda:topic="{HANDLER}"/>'
        + "".join(_flow(a, b) for a, b in (("start", "first"), ("first", "fork")))
        + "".join(_flow("fork", name) for name in ("left", "right", "caught", "job"))
        + ends,
        '<bpmn:message id="msg" name="bench_told"/>',
    )


_RICH_ENDS = ("late", "told", "later", "left", "right", "caught", "job")


def loop() -> bytes:
    """One user task that repeats for ever."""
    return _process(
        "bench_loop",
        '<bpmn:startEvent id="start"/><bpmn:exclusiveGateway id="again"/>'
        '<bpmn:exclusiveGateway id="enough" default="enough_again"/><bpmn:endEvent id="done"/>'
        + _task("work")
        + _flow("start", "again")
        + _flow("again", "work")
        + _flow("work", "enough")
        + _flow("enough", "again")
        + _flow("enough", "done", "n &lt; 0"),
    )


def line(length: int) -> bytes:
    """A line of user tasks."""
    names = [f"t{index}" for index in range(length)]
    flows = "".join(_flow(a, b) for a, b in zip(["start", *names], [*names, "done"], strict=True))
    tasks = "".join(map(_task, names))
    return _process(
        f"bench_line_{length}", f'<bpmn:startEvent id="start"/>{tasks}<bpmn:endEvent id="done"/>{flows}'
    )


def many() -> bytes:
    """A parallel multi-instance user task over `items`."""
    inside = (
        '<bpmn:multiInstanceLoopCharacteristics camunda:collection="items" camunda:elementVariable="item"/>'
    )
    return _process(
        "bench_many",
        '<bpmn:startEvent id="start"/>'
        + _task("vote", inside)
        + '<bpmn:endEvent id="done"/>'
        + _flow("start", "vote")
        + _flow("vote", "done"),
    )
