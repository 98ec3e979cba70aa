"""Variables and states come back as they were stored."""

import math
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.feel import YearsMonths
from bpmn.spiff import StateUnreadable, Workflow, codec
from bpmn.spiff.sheets import LargeValues, Sheet, dumps
from bpmn.spiff.values import ValueRefused, decode, encode, storable
from tests.engine.kit import END, START, PlainServices, chain, compiled, el, run, user

zones = st.sampled_from(
    [UTC, timezone(timedelta(hours=3)), ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin")]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters())
    | st.decimals(allow_nan=False)
    | st.dates()
    | st.times()
    | st.datetimes(
        min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=zones, allow_imaginary=False
    )
    | st.timedeltas()
    | st.builds(YearsMonths, st.integers(-10000, 10000))
)
keys = st.text(max_size=8) | st.sampled_from(["$", "typename", "__class__"])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_every_value_comes_back_with_its_type(value):
    back = decode(orjson.loads(dumps(encode(storable(value)))))
    assert same(back, value)


def same(left, right):
    if isinstance(right, list):
        return isinstance(left, list) and len(left) == len(right) and all(map(same, left, right))
    if isinstance(right, dict):
        return (
            isinstance(left, dict)
            and list(left) == list(right)
            and all(same(left[k], right[k]) for k in left)
        )
    if type(left) is not type(right) or left != right:
        return False
    if isinstance(right, datetime):
        return left.utcoffset() == right.utcoffset() and str(left.tzinfo) == str(right.tzinfo)
    return True


def test_numbers_that_json_lacks_come_back():
    assert decode(orjson.loads(dumps(encode(10**40)))) == 10**40
    assert math.isinf(decode(orjson.loads(dumps(encode(math.inf)))))
    assert math.isnan(decode(orjson.loads(dumps(encode(math.nan)))))
    assert decode(orjson.loads(dumps(encode("\ud800 half")))) == "\ud800 half"


@pytest.mark.parametrize("value", [object(), {1: 2}, {"a": [object()]}, {1, 2}, lambda: 1, ValueError("x")])
def test_what_cannot_be_stored_is_refused_where_it_is_set(value):
    with pytest.raises(ValueRefused):
        storable(value, "field")


def test_the_refusal_names_the_place():
    with pytest.raises(ValueRefused, match=r"order\.lines\[1\]\.price"):
        storable({"lines": [{}, {"price": object()}]}, "order")


def test_values_are_copied_so_that_nobody_changes_them_from_outside():
    given_list = [1]
    r = run(START + user("a") + END + chain("start", "a", "end"), items=given_list)
    given_list.append(2)
    assert r.variables["items"] == [1]


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def test_nesting_beyond_the_limit_is_refused():
    storable(nested(90))
    with pytest.raises(ValueRefused):
        storable(nested(5000))


# ---------------------------------------------------------------- large values
def test_a_large_value_is_stored_once_and_read_only_when_needed():
    model = compiled(START + user("a", "b") + END + chain("start", "a", "b", "end")).processes["proc"]
    services, read = PlainServices(), []
    big = [{"n": n, "text": "x" * 50} for n in range(100)]
    first = Workflow.start(model, services, variables={"big": big, "small": 1})
    first.advance()
    saved = first.dump()
    assert len(saved.new_values) == 1
    stored = dict(saved.new_values)

    def load(digests):
        read.extend(digests)
        return {digest: stored[digest] for digest in digests}

    second = Workflow.restore(model, saved.state, services, load)
    second.complete_task(second.positions()[0].token_id, {"other": 2})
    second.advance()
    again = second.dump()
    assert (read, again.new_values) == ([], {})

    third = Workflow.restore(model, again.state, services, load)
    assert third.variables["big"] == big
    assert len(read) == 1
    assert third.dump().new_values == {}
    assert len(again.state) < 400


def test_a_lost_large_value_is_an_error_that_says_so():
    sheet = Sheet(None, LargeValues(lambda keys: {}), set(), large={"x": "digest"})
    with pytest.raises(LookupError, match="missing"):
        sheet["x"]


# ---------------------------------------------------------------- states
def test_a_state_of_another_format_or_damaged_is_refused():
    model = compiled(START + user("a") + END + chain("start", "a", "end")).processes["proc"]
    load = lambda keys: {}  # noqa: E731
    for content in (b"rubbish", codec.pack(b"{"), codec.pack(b"[]"), codec.pack(b'{"v": 999}')):
        with pytest.raises(StateUnreadable):
            Workflow.restore(model, content, PlainServices(), load)


def test_a_state_of_another_diagram_names_the_missing_element():
    r = run(START + user("a") + END + chain("start", "a", "end"))
    other = compiled(START + user("b") + END + chain("start", "b", "end")).processes["proc"]
    with pytest.raises(StateUnreadable, match="'a'"):
        Workflow.restore(other, r.dumped.state, PlainServices(), lambda keys: {})


def test_user_data_cannot_pose_as_state():
    evil = {"$": ["z", "x"], "typename": "os.system", "v": 2, "t": []}
    r = run(START + user("a") + END + chain("start", "a", "end"), evil=evil)
    assert r.task("a", **{"$": 1}).variables == {"evil": evil, "$": 1}


def test_commands_given_before_a_save_run_after_it():
    model = compiled(START + user("a") + END + chain("start", "a", "end")).processes["proc"]
    services = PlainServices()
    workflow = Workflow.start(model, services, variables={})
    restored = Workflow.restore(model, workflow.dump().state, services, lambda keys: {})
    restored.advance()
    assert [p.element_id for p in restored.positions()] == ["a"]


def test_decimals_and_dates_reach_expressions_and_stay_exact():
    task = el(
        "scriptTask",
        "s",
        "<bpmn:script>price * 3</bpmn:script>",
        scriptFormat="feel",
        camunda_resultVariable="total",
    )
    r = run(
        START + task + END + chain("start", "s", "end"),
        price=Decimal("0.1"),
        day=date(2026, 1, 1),
        at=time(9),
    )
    assert r.variables == {
        "price": Decimal("0.1"),
        "day": date(2026, 1, 1),
        "at": time(9),
        "total": Decimal("0.3"),
    }
