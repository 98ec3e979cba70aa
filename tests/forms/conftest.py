"""Small forms to test with."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bpmn import forms

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")


def field(kind: str, key: str = "x", **properties: Any) -> dict[str, Any]:
    """Return a component with a key and a label; `validate` rules are given as `required=True` and so on."""
    rules = (
        "required",
        "min",
        "max",
        "minLength",
        "maxLength",
        "pattern",
        "validationType",
        "patternErrorMessage",
    )
    validate = {name: properties.pop(name) for name in rules if name in properties}
    return {"type": kind, "key": key, "label": key.capitalize(), "validate": validate, **properties}


@pytest.fixture
def form() -> Callable[..., forms.Form]:
    return lambda *components: forms.parse({"components": list(components)}, name="test")


@pytest.fixture
def submit(form: Callable[..., forms.Form]) -> Callable[..., forms.Submission]:
    """Post texts to a form of the given components; a text stands for a list of one."""

    def post(
        components: list[dict[str, Any]],
        posted: dict[str, str | list[str]],
        variables: dict[str, Any] | None = None,
        **settings: Any,
    ) -> forms.Submission:
        lists = {name: [text] if isinstance(text, str) else text for name, text in posted.items()}
        settings = {"language": "ru", "now": NOW, "zone": MOSCOW} | settings
        return forms.submit(form(*components), lists, variables or {}, **settings)

    return post
