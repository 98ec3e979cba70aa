"""The `camunda:` dialect of 7.24 and its aliases `operaton:`, `flowable:` and `activiti:`."""

from types import MappingProxyType
from typing import Any

from lxml import etree

from bpmn.dialects import spiffworkflow, zeebe
from bpmn.dialects.extras import NOTHING, Extras, Mapped, RawParam
from bpmn.forms.formdata import from_form_data

NAMESPACES = frozenset(
    {
        "http://camunda.org/schema/1.0/bpmn",
        "http://operaton.org/schema/1.0/bpmn",
        "http://flowable.org/bpmn",
        "http://activiti.org/bpmn",
        "http://activiti.com/modeler",
    }
)
_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


def _local(name: str) -> tuple[str, str]:
    if name[:1] == "{":
        namespace, _, local = name[1:].partition("}")
        return namespace, local
    return "", name


def read(element: "etree._Element") -> Extras:
    """Return what the dialect says about *element*."""
    attributes: dict[str, str] = {}
    for name, value in element.attrib.items():
        namespace, local = _local(str(name))
        if namespace in NAMESPACES:
            attributes[local] = str(value)
    holder = element.find(_BPMN + "extensionElements")
    if holder is None:
        return Extras(attributes=MappingProxyType(attributes)) if attributes else NOTHING
    return _with_children(attributes, holder)


def _with_children(attributes: dict[str, str], holder: "etree._Element") -> Extras:
    properties: dict[str, str] = {}
    inputs: list[tuple[str, RawParam]] = []
    outputs: list[tuple[str, RawParam]] = []
    ins: list[Mapped] = []
    outs: list[Mapped] = []
    listeners: list[str] = []
    form_schema: dict[str, Any] | None = None
    theirs = zeebe.read(holder)
    spiff = spiffworkflow.read(holder)
    attributes |= spiff.attributes | theirs.attributes
    properties |= spiff.properties | theirs.properties
    inputs += [*spiff.inputs, *theirs.inputs]
    outputs += theirs.outputs
    ins += theirs.ins
    outs += theirs.outs
    retry = theirs.retry
    for child in holder:
        if not isinstance(child.tag, str):
            continue
        namespace, local = _local(child.tag)
        if namespace not in NAMESPACES:
            continue
        if local == "properties":
            for item in child:
                if isinstance(item.tag, str) and _local(item.tag)[1] == "property":
                    name = item.get("name") or item.get("id") or ""
                    properties[name] = item.get("value") or (item.text or "").strip()
        elif local == "inputOutput":
            for item in child:
                if isinstance(item.tag, str):
                    target = inputs if _local(item.tag)[1] == "inputParameter" else outputs
                    target.append((item.get("name") or "", _parameter(item)))
        elif local == "in":
            ins.append(_mapped(child))
        elif local == "out":
            outs.append(_mapped(child))
        elif local == "failedJobRetryTimeCycle":
            retry = (child.text or "").strip() or None
        elif local == "formData":
            form_schema = from_form_data(child)
        elif local in ("executionListener", "taskListener"):
            listeners.append(local)
    return Extras(
        attributes=MappingProxyType(attributes),
        properties=MappingProxyType(properties),
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        ins=tuple(ins),
        outs=tuple(outs),
        retry=retry,
        form_data=form_schema is not None,
        form_schema=form_schema,
        forms=MappingProxyType(theirs.forms),
        listeners=tuple(listeners),
    )


def _mapped(item: "etree._Element") -> Mapped:
    return Mapped(
        target=(item.get("target") or "").strip(),
        source=(item.get("source") or "").strip(),
        expression=(item.get("sourceExpression") or "").strip(),
        all=item.get("variables") == "all",
        business_key=item.get("businessKey") is not None,
        local=item.get("local") == "true",
    )


def _parameter(item: "etree._Element") -> RawParam:
    """Read the content of an inputParameter, an outputParameter, a value or an entry."""
    for child in item:
        if not isinstance(child.tag, str):
            continue
        local = _local(child.tag)[1]
        if local == "list":
            return RawParam("list", items=tuple(_parameter(v) for v in child if isinstance(v.tag, str)))
        if local == "map":
            return RawParam(
                "map",
                entries=tuple((v.get("key") or "", _parameter(v)) for v in child if isinstance(v.tag, str)),
            )
        if local == "script":
            return RawParam("script", text=child.text or "", script_format=child.get("scriptFormat") or "")
    text = item.text or ""
    return RawParam("text", text=text if text.strip() else "")
