"""The card of a request says why it was decided so, in the reader's language."""

import html
import re

import pytest

from bpmn.actors import Actor
from tests.cases.conftest import diagram
from tests.dmn.build import decision, definitions, literal, table
from tests.engine.kit import END, START, chain, el, user

RISK = decision(
    "Риск",
    table(["сумма"], ["уровень"], [["<10", '"низкий"', "мелочь"], [">=10", '"высокий"', "крупная"]]),
)
GREETING = decision("Привет", literal('"добрый день"'))
ENGLISH = "Риск: Risk\nсумма: amount\nуровень: level\nкрупная: a large one\nРешить: Decide\n"


@pytest.fixture
def decided(engine):
    """Start a request that one decision decides; return its number."""

    def start(ref: str, **variables: object) -> str:
        task = el("businessRuleTask", "d", name="Решить", camunda_decisionRef=ref, camunda_resultVariable="r")
        body = START + task + user("wait") + END + chain("start", "d", "wait", "end")
        files = {
            "request.bpmn": diagram(body),
            "rules.dmn": definitions(RISK + GREETING),
            "translations/en.yaml": ENGLISH.encode(),
        }
        engine.deployments.deploy(files, by=Actor.system(), activate=True)
        return engine.instances.start(key="request", variables=variables, by=Actor.system()).number or ""

    return start


def text(response) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.get_data(as_text=True))))


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("ru", 'Риск: сработало правило 2: сумма >= 10 → уровень = "высокий" (крупная)'),
        ("en", 'Risk: rule 2 fired: amount >= 10 → level = "высокий" (a large one)'),
    ],
)
def test_the_card_says_which_rule_fired_on_what_and_what_came_out(add_user, sign_in, decided, language, told):
    add_user("ann@example.com", groups=("heads",), language=language)
    number = decided("Риск", сумма=50)

    shown = text(sign_in("ann@example.com").get(f"/requests/{number}"))

    assert told in shown


def test_a_decision_without_a_table_shows_what_came_out(add_user, sign_in, decided):
    add_user("ann@example.com", groups=("heads",))
    number = decided("Привет")

    assert "добрый день" in text(sign_in("ann@example.com").get(f"/requests/{number}"))
