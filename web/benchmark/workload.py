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


def _process(key: str, body: str) -> bytes:
    process = f'<bpmn:process id="{key}" name="{key}" isExecutable="true">{body}</bpmn:process>'
    return f"{_HEAD}{process}</bpmn:definitions>".encode()


def request() -> bytes:
    """start → script → exclusive gateway → approve → notify (a job) → fulfil → end."""
    return _process(
        "bench_request",
        '<bpmn:startEvent id="start"/>'
        '<bpmn:scriptTask id="register" scriptFormat="python"><bpmn:script>total = amount * 1.2</bpmn:script></bpmn:scriptTask>'
        '<bpmn:exclusiveGateway id="gw" default="gw_notify"/>'
        + _task("approve")
        + f'<bpmn:serviceTask id="notify" camunda:type="external" camunda:topic="{HANDLER}"/>'
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
