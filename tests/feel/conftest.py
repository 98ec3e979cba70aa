"""What the tests of FEEL share: one way to evaluate and compare strictly by type."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from bpmn import feel

NOW = datetime(2026, 3, 5, 12, 30, tzinfo=UTC)


def _same(left: Any, right: Any) -> bool:
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(_same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
    if isinstance(left, datetime):
        return left == right and left.utcoffset() == right.utcoffset()
    return bool(left == right)


@pytest.fixture(scope="session")
def gives() -> Callable[..., None]:
    """Assert that an expression gives a variable of exactly this value and type."""

    def check(source: str, expected: Any, context: dict[str, Any] | None = None, **options: Any) -> None:
        value = feel.to_variable(feel.evaluate(source, context or {}, now=NOW, **options))
        assert _same(value, expected), f"{source} gave {value!r}, not {expected!r}"

    return check
