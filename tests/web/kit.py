"""A small process with everything a client may meet: a public form, a question with three answers, a failure."""

import json

from tests.engine.kit import document


def properties(**values: str) -> str:
    inner = "".join(
        f'<camunda:property name="{name.replace("__", ":")}" value="{value}" />'
        for name, value in values.items()
    )
    return (
        f"<bpmn:extensionElements><camunda:properties>{inner}</camunda:properties></bpmn:extensionElements>"
    )


def catch(name: str, message: str, extra: str) -> str:
    return (
        f'<bpmn:intermediateCatchEvent id="{name}" name="{name}">{extra}'
        f'<bpmn:messageEventDefinition id="d_{name}" messageRef="{message}" /></bpmn:intermediateCatchEvent>'
        f'<bpmn:sequenceFlow id="f_{name}" sourceRef="ask" targetRef="{name}" />'
        f'<bpmn:sequenceFlow id="f_{name}_work" sourceRef="{name}" targetRef="work" />'
    )


def order_diagram(name: str = "Заказ", handler: str = "") -> bytes:
    """The process `order`: public form → question (accept, change, refuse) → work → end."""
    service = (
        f'<bpmn:serviceTask id="work" name="Собрать" camunda:type="external" camunda:topic="{handler}" />'
        if handler
        else f'<bpmn:userTask id="work" name="Собрать" camunda:candidateGroups="stock">{properties(stage="Сборка")}</bpmn:userTask>'
    )
    body = (
        f'<bpmn:startEvent id="begin">{properties(public="true", client_form="order", stage="Приём")}</bpmn:startEvent>'
        '<bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="ask" />'
        f'<bpmn:eventBasedGateway id="ask" name="Ответ">{properties(stage="Ответ")}</bpmn:eventBasedGateway>'
        + catch(
            "accepted",
            "m1",
            properties(
                client_action="Принять",
                client_style="primary",
                client_title="Примите заказ",
                client_text="question",
            ),
        )
        + catch("changed", "m2", properties(client_action="Изменить", client_form="comment"))
        + catch("refused", "m3", properties(client_action="Отказаться", client_style="danger"))
        + service
        + '<bpmn:sequenceFlow id="f9" sourceRef="work" targetRef="end" /><bpmn:endEvent id="end" />'
    )
    process = (
        f'<bpmn:process id="order" name="{name}" isExecutable="true">'
        + properties(
            stages="Приём; Ответ; Сборка", category="Склад", description="Заказ со склада", prefix="ЗС"
        )
        + body
        + "</bpmn:process>"
    )
    messages = "".join(f'<bpmn:message id="m{i}" name="answer_{i}" />' for i in (1, 2, 3))
    return document(messages + process)


def form(*components: dict) -> bytes:
    return json.dumps({"type": "default", "components": list(components)}).encode()


def order_files(**changes: bytes) -> dict[str, bytes]:
    """The bundle of `order_diagram`; *changes* replace or add files."""
    return {
        "order.bpmn": order_diagram(),
        "forms/order.form": form(
            {
                "type": "textfield",
                "key": "contact_name",
                "label": "Ваше имя",
                "validate": {"required": True, "maxLength": 60},
            },
            {"type": "number", "key": "quantity", "label": "Сколько", "validate": {"min": 1, "max": 100}},
        ),
        "forms/comment.form": form(
            {"type": "textarea", "key": "comment", "label": "Что изменить", "validate": {"required": True}}
        ),
        "texts/question.ru.md": "Subject: Вопрос\n\nМы собрали **заказ** на {{ quantity }} шт.".encode(),
        "texts/question.en.md": b"Subject: Question\n\nWe packed {{ quantity }} pieces.",
        "translations/en.yaml": "Заказ: Order\nПримите заказ: Accept the order\nПринять: Accept\nИзменить: Change\nОтказаться: Refuse\nВаше имя: Your name\nПриём: Received\nСклад: Stock\nСобрать: Pack\n".encode(),
        **changes,
    }
