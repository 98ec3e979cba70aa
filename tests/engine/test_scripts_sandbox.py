"""Scripts in the sandbox."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bpmn.scripts import ScriptFailed, Scripts, problems
from handlers.errors import BpmnError

NOW = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def scripts():
    pool = Scripts(duration_s=0.5, memory_bytes=20_000_000, workers=1)
    yield pool
    pool.close()


def test_a_script_returns_what_it_made_and_changed(scripts):
    source = """
        total = price * count
        lines.append('x')
        same = same
        _private = 1
        for step in [1, 2]:
            pass
        if count > 100:
            never = 1
    """
    variables = {"price": Decimal("1.10"), "count": 3, "lines": ["a"], "same": 5, "other": 1}
    assert scripts.run(source, variables, now=NOW) == {
        "total": Decimal("3.30"),
        "lines": ["a", "x"],
        "step": 2,
    }
    assert variables["lines"] == ["a"]


def test_only_the_names_a_script_uses_are_read(scripts):
    class Watched(dict):
        read = set()  # noqa: RUF012

        def __getitem__(self, name):
            self.read.add(name)
            return super().__getitem__(name)

    variables = Watched(a=1, b=2)
    scripts.run("c = a", variables, now=NOW)
    assert variables.read == {"a"}


def test_a_bpmn_error_of_a_script_keeps_code_message_and_variables(scripts):
    with pytest.raises(BpmnError) as raised:
        scripts.run("raise BpmnError('no-money', 'not enough', {'missing': need})", {"need": 5}, now=NOW)
    assert (raised.value.code, raised.value.message, raised.value.variables) == (
        "no-money",
        "not enough",
        {"missing": 5},
    )


def test_a_caught_bpmn_error_is_no_outcome(scripts):
    source = "try:\n    raise BpmnError('a')\nexcept RuntimeError:\n    x = 1"
    assert scripts.run(source, {}, now=NOW) == {"x": 1}


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("while True:\n    pass", "script.too_slow"),
        ("x = [0] * 10 ** 9", "script.too_large"),
        ("x = 'a' * 10 ** 12", "script.too_large"),
        ("def f():\n    f()\nf()", "script.failed"),
        ("import os\nx = os.listdir('/')", "script.failed"),
        ("x = open('/etc/passwd').read()", "script.failed"),
        ("import socket", "script.failed"),
        ("x = ().__class__.__bases__[0].__subclasses__()", "script.failed"),
        ("x = (", "script.syntax"),
        ("x = 1 / 0", "script.failed"),
        ("x = {1: 2}", "script.value"),
        ("x = [len]", "script.value"),
    ],
)
def test_a_hostile_or_broken_script_ends_with_a_reason(scripts, source, code):
    with pytest.raises(ScriptFailed) as raised:
        scripts.run(source, {}, now=NOW)
    assert raised.value.code == code


def test_a_failure_names_the_line_and_changes_nothing(scripts):
    variables = {"items": [1]}
    with pytest.raises(ScriptFailed) as raised:
        scripts.run("items.append(2)\nx = nope", variables, now=NOW)
    assert raised.value.line == 2
    assert variables == {"items": [1]}


def test_clock_and_chance_are_those_of_the_unit(scripts):
    source = "import datetime, random\nd = datetime.datetime.now().isoformat()\nr = random.random()"
    first = scripts.run(source, {}, now=NOW)
    assert first["d"].startswith("2026-01-12T09:00:00")
    assert scripts.run(source, {}, now=NOW) == first


def test_dates_cross_the_border_in_both_directions(scripts):
    variables = {"day": date(2026, 1, 31), "at": NOW}
    result = scripts.run(
        "import datetime\nnext_day = day + datetime.timedelta(days=1)\nlater = at", variables, now=NOW
    )
    assert result == {"next_day": date(2026, 2, 1), "later": NOW}


def test_lint_names_what_the_sandbox_lacks_in_both_languages():
    found = list(problems("x = 1\ndel x", "p.bpmn", "task"))
    assert found[0].message_en == "The script, line 2: del is not supported here"
    assert "строка 2" in found[0].message_ru
    assert next(problems("x = (", "p.bpmn", "task")).rule == "script_syntax"
    assert not list(problems("x = 1", "p.bpmn", "task"))


def test_nothing_of_a_script_reaches_the_next_one_in_the_same_worker():
    alone = Scripts(workers=1)
    try:
        traces = (
            "secret = 5",
            "_hidden = 5",
            "def leak():\n    return 5",
            "import datetime\nkept = [1]\nkept.append(2)",
        )
        for trace in traces:
            alone.run(trace, {}, now=NOW)
            for name in ("secret", "_hidden", "leak", "datetime", "kept", "marshrut_result_"):
                with pytest.raises(ScriptFailed, match="NameError"):
                    alone.run(f"found = {name}", {}, now=NOW)
    finally:
        alone.close()
