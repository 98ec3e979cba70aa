"""A step sends the same few statements whatever the diagram and however much there is in it."""

import pytest

from web.benchmark import measure, statements


@pytest.fixture(scope="module")
def steps(tmp_path_factory):
    with measure.bench(tmp_path_factory.mktemp("bench")) as subject:
        return statements.count(subject)


def test_a_step_sends_at_most_twelve_statements_and_fourteen_with_its_borders(steps):
    assert {
        name: texts
        for name, texts in steps.items()
        if len(texts) > statements.MOST + 2 or texts[0] != "BEGIN IMMEDIATE" or texts[-1] != "COMMIT"
    } == {}


def test_no_statement_is_sent_twice_in_a_step(steps):
    assert {name: texts for name, texts in steps.items() if len({t[:40] for t in texts}) < len(texts)} == {}


def test_a_step_costs_the_same_with_twenty_elements_and_five_hundred_with_five_tasks_and_a_hundred(steps):
    def completed(key):
        return [len(texts) for name, texts in steps.items() if name.startswith(f"{key}: complete")]

    assert completed("bench_line_20") == completed("bench_line_500")
    assert len(set(completed("bench_many"))) == 1
