"""What a diagram may say of a handler, and what a call makes of evaluated values."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

import orjson
import pytest

from handlers.errors import HandlerError, ParameterError
from handlers.registry import Registry, default_registry, handler


@handler(
    "test.sample",
    title_ru="Образец",
    title_en="Sample",
    parameters={"name": ("Имя", "Name"), "amount": ("Сумма", "Amount")},
)
def sample(
    context: Any,
    *,
    name: str,
    amount: Decimal | None = None,
    to: list[str] | str = "client",
    ids: list[int] = [],  # noqa: B006
    kind: Literal["quote", "invoice"] = "quote",
    when: datetime | None = None,
    data: dict = {},  # noqa: B006
    public: bool = True,
) -> dict[str, Any]:
    return {key: value for key, value in locals().items() if key != "context"}


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.add(sample)
    return registry


def call(registry: Registry, **values: Any) -> dict[str, Any]:
    return registry.get("test.sample").call(None, values)  # type: ignore[arg-type]


def test_an_unknown_handler_is_named_with_its_nearest_neighbour(registry):
    (problem,) = registry.check("test.sampel", {"name": "x"})

    assert problem.code == "unknown_handler"
    assert problem.nearest == "test.sample"
    assert "test.sample" in problem.message("ru")


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"name": "Анна"}, []),
        ({}, [("missing_parameter", "name")]),
        ({"name": "x", "ammount": "1"}, [("unknown_parameter", "ammount")]),
        ({"name": "x", "amount": "=total"}, []),
        ({"name": "x", "amount": "${total}"}, []),
        ({"name": "x", "amount": "1 200,50"}, []),
        ({"name": "x", "amount": "много"}, [("wrong_type", "amount")]),
        ({"name": "x", "kind": "bill"}, [("wrong_type", "kind")]),
        ({"name": "x", "ids": ["1", "=document.id"]}, []),
        ({"name": "x", "ids": ["one"]}, [("wrong_type", "ids")]),
        ({"name": "x", "data": {"lines": "=lines"}}, []),
        ({"name": "x", "data": "lines"}, [("wrong_type", "data")]),
        ({"name": "x", "public": "yes"}, [("wrong_type", "public")]),
        ({"name": ["a"]}, [("wrong_type", "name")]),
    ],
)
def test_literals_are_checked_and_expressions_accepted(registry, parameters, found):
    assert [
        (problem.code, problem.parameter) for problem in registry.check("test.sample", parameters)
    ] == found


def test_values_are_brought_to_the_annotated_types(registry):
    result = call(
        registry,
        name=7700000016,
        amount=0.1,
        to=["a@example.com"],
        ids="12",
        when="2026-06-10T12:00:00+03:00",
    )

    assert result["name"] == "7700000016"
    assert result["amount"] == Decimal("0.1")
    assert result["to"] == ["a@example.com"]
    assert result["ids"] == [12]
    assert result["when"] == datetime(2026, 6, 10, 9, tzinfo=UTC)


def test_null_means_the_default(registry):
    assert call(registry, name="x", kind=None, to=None)["kind"] == "quote"


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({}, "name"),
        ({"name": None}, "name"),
        ({"name": "x", "amount": True}, "amount"),
        ({"name": "x", "amount": "NaN"}, "amount"),
        ({"name": "x", "ids": [1.5]}, "ids"),
        ({"name": "x", "when": "2026-06-10T12:00:00"}, "when"),
        ({"name": "x", "other": 1}, "other"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_the_name_of_its_parameter(registry, values, named):
    with pytest.raises(ParameterError, match=named) as caught:
        call(registry, **values)

    assert caught.value.parameter == named
    assert not caught.value.retryable


def test_two_handlers_of_one_name_are_refused(registry):
    @handler("test.sample", title_ru="Другой", title_en="Other")
    def other(context: Any) -> None: ...

    with pytest.raises(ValueError, match=r"test\.sample"):
        registry.add(other)


def test_every_parameter_of_the_product_has_words_in_both_languages():
    for known in default_registry().handlers.values():
        assert all(known.title), known.name
        assert all(known.description), known.name
        for parameter in known.parameters.values():
            assert all(parameter.words), f"{known.name}.{parameter.name}"


def test_the_catalogue_is_json():
    registry = default_registry()
    registry.add(sample)

    catalogue = orjson.loads(orjson.dumps(registry.catalogue()))

    assert "test.sample" in [item["name"] for item in catalogue]


def test_a_missing_handler_is_an_error_with_its_name(registry):
    with pytest.raises(HandlerError, match=r"no\.such"):
        registry.get("no.such")
