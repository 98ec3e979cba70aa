"""Small diagrams and the scenarios that play on them."""

from itertools import pairwise

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="t">'
    '<bpmn:message id="m_goods" name="goods"/><bpmn:signal id="s_stop" name="stop"/>'
    '<bpmn:message id="m_order" name="order"/><bpmn:error id="e_bad" errorCode="BAD"/>'
)


def diagram(body: str, key: str = "demo", properties: str = "") -> bytes:
    """A process of the elements; `flow(a, b)` and the like are written as XML."""
    extra = f"<bpmn:extensionElements><camunda:properties>{properties}</camunda:properties></bpmn:extensionElements>"
    return (
        f'{HEAD}<bpmn:process id="{key}" name="Demo" isExecutable="true">{extra if properties else ""}{body}'
        "</bpmn:process></bpmn:definitions>"
    ).encode()


def chain(*ids: str) -> str:
    pairs = pairwise(ids)
    return "".join(f'<bpmn:sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs)


def service(key: str, more: str = "", topic: str = "anything") -> str:
    return f'<bpmn:serviceTask id="{key}" camunda:type="external" camunda:topic="{topic}">{more}</bpmn:serviceTask>'


START, END = '<bpmn:startEvent id="start"/>', '<bpmn:endEvent id="end"/>'


class Kit:
    """Writes files into a folder and runs its scenarios."""

    START, END = START, END
    diagram, chain, service = staticmethod(diagram), staticmethod(chain), staticmethod(service)

    def __init__(self, folder, runner) -> None:
        self.folder, self.runner = folder, runner

    def process(self, body: str, name: str = "demo.bpmn", **more) -> None:
        (self.folder / name).write_bytes(diagram(body, **more))

    def run(self, steps: str, head: str = "", name: str = "a.scenario.yaml"):
        """Run steps, one a line."""
        text = f"name: A\n{head}\nsteps:\n" + "\n".join(f"  - {line}" for line in steps.strip().splitlines())
        path = self.folder / name
        path.write_text(text, "utf-8")
        return self.runner.run_file(path)

    def passes(self, steps: str, head: str = "") -> None:
        result = self.run(steps, head)
        assert [(one.index, one.message("en"), one.actual) for one in result.steps if not one.passed] == []

    def fails(self, steps: str, head: str = ""):
        """Return the first step that failed."""
        result = self.run(steps, head)
        assert not result.passed
        return result.failure
