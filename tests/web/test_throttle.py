"""The limits per address."""

import pytest

from web.throttle import Limit, Throttle, TooOften


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_act_beyond_the_limit_is_refused_until_the_window_has_passed():
    clock = Clock()
    throttle = Throttle(clock=clock)
    limit = Limit(2, 60)
    throttle.hit("submit", "10.0.0.1", limit)
    clock.now = 20
    throttle.hit("submit", "10.0.0.1", limit)

    clock.now = 30
    with pytest.raises(TooOften) as refused:
        throttle.hit("submit", "10.0.0.1", limit)
    clock.now = 60
    throttle.hit("submit", "10.0.0.1", limit)

    assert refused.value.retry_s == 30


def test_addresses_and_acts_are_counted_apart():
    throttle = Throttle(clock=Clock())
    for what, who in [("submit", "a"), ("submit", "b"), ("message", "a")]:
        throttle.hit(what, who, Limit(1, 60))


def test_memory_is_bounded():
    throttle = Throttle(clock=Clock(), remembered=3)
    for number in range(10):
        throttle.hit("submit", str(number), Limit(1, 60))

    assert len(throttle._seen) == 3
