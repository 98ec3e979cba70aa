"""Differences between versions in the words of the page."""

from flask_babel import gettext as _

from bpmn.differences import Setting

SIGNS = {"added": "+", "removed": "−", "changed": "≠", "moved": "↔", "reordered": "↕"}
TONES = {
    "added": "is-ok",
    "removed": "is-late",
    "changed": "is-soon",
    "moved": "is-info",
    "reordered": "is-info",
}


def how(code: str) -> str:
    """Return what happened to a part: added, removed, changed, moved."""
    return {
        "added": _("added"),
        "removed": _("removed"),
        "changed": _("changed"),
        "moved": _("only moved on the picture"),
        "reordered": _("stands elsewhere"),
    }[code]


def element_type(code: str) -> str:
    """Return what people call a kind of element; its BPMN name where there is no word."""
    names = {
        "userTask": _("task"),
        "manualTask": _("task"),
        "serviceTask": _("automatic step"),
        "sendTask": _("sending"),
        "scriptTask": _("script"),
        "businessRuleTask": _("decision"),
        "receiveTask": _("wait for a message"),
        "callActivity": _("called process"),
        "subProcess": _("subprocess"),
        "adHocSubProcess": _("subprocess of free choice"),
        "transaction": _("subprocess"),
        "startEvent": _("start"),
        "endEvent": _("end"),
        "boundaryEvent": _("event on a step"),
        "intermediateCatchEvent": _("wait"),
        "intermediateThrowEvent": _("event"),
        "exclusiveGateway": _("choice"),
        "inclusiveGateway": _("choice of several"),
        "parallelGateway": _("parallel ways"),
        "eventBasedGateway": _("choice by event"),
        "sequenceFlow": _("arrow"),
        "messageFlow": _("message flow"),
        "lane": _("lane"),
        "participant": _("pool"),
        "process": _("process"),
        "textAnnotation": _("note"),
    }
    return names.get(code, code)


def setting(one: Setting) -> str:
    """Return what a setting is called."""
    names = {
        "name": _("name"),
        "type": _("kind"),
        "documentation": _("description"),
        "groups": _("groups that may do it"),
        "users": _("people who may do it"),
        "assignee": _("assignee"),
        "form": _("form"),
        "due": _("due date"),
        "priority": _("priority"),
        "handler": _("handler"),
        "decision": _("decision"),
        "called": _("called process"),
        "condition": _("condition"),
        "default": _("way by default"),
        "source": _("from"),
        "target": _("to"),
        "attached": _("stands on"),
        "message": _("message"),
        "signal": _("signal"),
        "error": _("error"),
        "escalation": _("escalation"),
        "timer": _("time"),
        "script": _("text of the script"),
        "loop": _("repetition"),
        "lane": _("lane"),
        "parent": _("subprocess"),
        "text": _("text"),
        "property": _("property"),
        "input": _("input"),
        "output": _("output"),
        "policy": _("hit policy"),
        "columns": _("columns"),
        "logic": _("logic"),
        "cancelActivity": _("interrupts the step"),
        "form.label": _("label"),
        "form.description": _("hint"),
        "form.validate.required": _("required"),
        "form.values": _("options"),
        "form.type": _("kind"),
        "form.conditional.hide": _("hidden when"),
        "form.readonly": _("read-only"),
        "form.defaultValue": _("value at the start"),
        "form.text": _("text"),
    }
    code = f"{one.name}.{one.detail}" if one.name == "form" and one.detail else one.name
    if code in names:
        found = names[code]
        return f"{found} {one.detail}" if one.detail and one.name != "form" else found
    return one.detail or one.name
