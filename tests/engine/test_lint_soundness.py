"""Soundness: each rule warns of a wrong diagram in both languages, and says nothing about a right one."""

import re

import pytest

from tests.engine.kit import (
    END,
    HOUR,
    START,
    boundary,
    catch,
    chain,
    compiled,
    el,
    flow,
    gateway,
    script,
    user,
)

RULES = {"deadlock", "unsynchronised", "never_reached", "endless_loop"}


def fork(split, join, *, first="a", second="b"):
    """Two branches between two gateways."""
    body = START + END + gateway(split, "g", default="g.b") + gateway(join, "j") + chain("start", "g")
    if split == "parallel":
        body = body.replace(' default="g.b"', "")
    condition = "n = 1" if split != "parallel" else None
    return (
        body + flow("g", first, condition) + flow("g", second) + chain(first, "j") + chain(second, "j", "end")
    )


def circle(way_out="", *, inner=None):
    """A script (or another element) between a merge and the gateway that leads back."""
    inner = inner or script("x", "n = 1")
    return START + gateway("exclusive", "m") + inner + chain("start", "m", "x") + way_out


ISLAND = START + user("a", "p", "q") + END + chain("start", "a", "end") + chain("p", "q", "p")
DEEP = (
    START + END + gateway("exclusive", "g", default="g.b") + gateway("parallel", "p", "j", "k") + user("a", "b", "c")
    + flow("g", "p", "n = 1") + chain("g", "b", "k") + chain("start", "g")
    + chain("p", "a", "j") + chain("p", "c", "j", "k", "end")
)  # fmt: skip

WRONG = [
    ("deadlock", "j", fork("exclusive", "parallel") + user("a", "b")),
    ("deadlock", "k", DEEP),
    ("unsynchronised", "j", fork("parallel", "exclusive") + user("a", "b")),
    (
        "unsynchronised",
        "z",
        START + END + gateway("parallel", "g") + user("a", "b", "z") + chain("start", "g", "a", "z", "end")
        + chain("g", "b", "z"),
    ),
    ("never_reached", "p", ISLAND),
    ("endless_loop", "m", circle(flow("x", "m"))),
    ("endless_loop", "m", circle(gateway("parallel", "g") + user("z") + chain("x", "g", "m") + chain("g", "z"))),
]  # fmt: skip

LEAVING = (
    gateway("exclusive", "g", default="g.end") + END + flow("g", "m", "n &lt; 3") + chain("x", "g", "end")
)
LATER = (
    START + END + gateway("exclusive", "g", default="g.b") + gateway("parallel", "j") + gateway("exclusive", "m")
    + gateway("parallel", "s") + user("a", "b", "c") + chain("start", "s", "g") + flow("g", "a", "n = 1")
    + chain("g", "b", "m") + chain("a", "m", "j", "end") + chain("s", "c", "j")
)  # fmt: skip
RIGHT = [
    fork("exclusive", "exclusive") + user("a", "b"),
    fork("parallel", "parallel") + user("a", "b"),
    fork("inclusive", "inclusive") + user("a", "b"),
    LATER,
    START + END + gateway("parallel", "g") + user("a", "b") + chain("start", "g", "a", "end") + chain("g", "b", "end"),
    circle(LEAVING),
    circle(flow("x", "m"), inner=user("x")),
    circle(flow("x", "m"), inner=catch("x", HOUR)),
    START + user("a", "b") + END + boundary("t", "a", HOUR) + chain("start", "a", "end") + chain("t", "b", "end"),
    START + user("a") + END + chain("start", "a", "end")
    + el("subProcess", "es", el("startEvent", "es.s", HOUR) + el("endEvent", "es.e") + chain("es.s", "es.e"), triggeredByEvent="true"),
]  # fmt: skip


def found(body):
    return [problem for problem in compiled(body).problems if problem.rule in RULES]


@pytest.mark.parametrize(("rule", "element", "body"), WRONG, ids=[f"{w[0]}-{n}" for n, w in enumerate(WRONG)])
def test_an_unsound_diagram_is_told_with_its_element_and_a_mend(rule, element, body):
    problem = found(body)[0]
    assert (problem.rule, problem.element, problem.severity) == (rule, element, "warning")
    assert re.search("[а-яё]{3}", problem.message_ru)
    assert not re.search("[а-яё]{3}", problem.message_en)
    assert re.search(r"[.:] (Соедините|Проведите|Добавьте)", problem.message_ru)


@pytest.mark.parametrize("body", RIGHT)
def test_a_sound_diagram_is_left_alone(body):
    assert found(body) == []
