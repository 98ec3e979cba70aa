"""The files that a new process begins with: one diagram with a start event, ready to be drawn on."""

import re
from xml.sax.saxutils import quoteattr

_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "e",
            "zh",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "shch",
            "_",
            "y",
            "_",
            "e",
            "yu",
            "ya",
        ],
        strict=True,
    )
)
_LENGTH = 40

_DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="definitions_{key}" targetNamespace="http://bpmn.io/schema/bpmn" exporter="Marshrut" modeler:executionPlatform="Camunda Platform" modeler:executionPlatformVersion="7.24.0">
  <bpmn:process id="{key}" name={name} isExecutable="true" camunda:historyTimeToLive="P1825D">
    <bpmn:startEvent id="start" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram">
    <bpmndi:BPMNPlane id="plane" bpmnElement="{key}">
      <bpmndi:BPMNShape id="start_shape" bpmnElement="start">
        <dc:Bounds x="180" y="160" width="36" height="36" />
      </bpmndi:BPMNShape>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""


def key_from(name: str, *, otherwise: str = "process") -> str:
    """Return an identifier made of people's words: «Отпуск сотрудника» is `otpusk_sotrudnika`."""
    latin = "".join(_LATIN.get(letter, letter) for letter in name.casefold())
    key = re.sub(r"[^a-z0-9]+", "_", latin.replace("_", "")).strip("_")[:_LENGTH].rstrip("_")
    return key if re.match(r"[a-z]", key) else f"{otherwise}_{key}".rstrip("_")


def blank_bundle(name: str) -> dict[str, bytes]:
    """Return the files of a new process called *name*."""
    key = key_from(name)
    return {f"{key}.bpmn": _DIAGRAM.format(key=key, name=quoteattr(name)).encode()}
