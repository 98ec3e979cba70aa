"""Two versions of a small process, and its rows."""

from sqlalchemy import select

BOUNDARY = (
    '<bpmn:boundaryEvent id="late" attachedToRef="look" cancelActivity="false"><bpmn:timerEventDefinition id="td">'
    "<bpmn:timeDuration>P3D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    '<bpmn:sequenceFlow id="fl" sourceRef="late" targetRef="le"/><bpmn:endEvent id="le"/>'
)
OLD = (
    '<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="look"/>'
    '<bpmn:userTask id="look" name="Проверить" camunda:candidateGroups="heads"/>'
    + BOUNDARY
    + '<bpmn:sequenceFlow id="f2" sourceRef="look" targetRef="wait"/>'
    '<bpmn:intermediateCatchEvent id="wait" name="Оплата"><bpmn:messageEventDefinition id="md" messageRef="m_paid"/></bpmn:intermediateCatchEvent>'
    '<bpmn:sequenceFlow id="f3" sourceRef="wait" targetRef="work"/>'
    '<bpmn:serviceTask id="work" name="Отгрузить" camunda:type="external" camunda:topic="test.work"/>'
    '<bpmn:sequenceFlow id="f4" sourceRef="work" targetRef="e"/><bpmn:endEvent id="e"/>'
)
NEW = (
    OLD.replace('id="look" name="Проверить" camunda:candidateGroups="heads"', 'id="check" name="Проверить" camunda:candidateGroups="chiefs"')
    .replace('"look"', '"check"')
    .replace('messageRef="m_paid"', 'messageRef="m_settled"')
    .replace("P3D", "P9D")
)  # fmt: skip


def rows(storage, model, instance_id, *conditions):
    with storage.reading() as uow:
        return uow.session.scalars(select(model).where(model.instance_id == instance_id, *conditions)).all()
