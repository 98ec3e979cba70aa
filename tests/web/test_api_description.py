"""The description of the API is valid OpenAPI 3.1 and its examples are what it says and what the API takes."""

import re

import jsonschema
import orjson
import pytest
from openapi_spec_validator import validate

from web.api import description, models


def test_the_description_is_valid_and_served_to_everybody(app):
    response = app.test_client().get("/api/openapi.json")

    document = orjson.loads(response.data)
    validate(document)
    assert document["openapi"].startswith("3.1")
    paths = {
        re.sub("<[^>]+>", "{job_id}", rule.rule)
        for rule in app.url_map.iter_rules()
        if "/api/v1" in rule.rule
    }
    assert set(document["paths"]) == paths


@pytest.mark.parametrize("operation", description.OPERATIONS, ids=lambda operation: operation.name)
def test_every_documented_example_is_valid(operation):
    document = orjson.loads(orjson.dumps(description.document()))
    for kind in (operation.body, operation.answer, models.Problem):
        schema = {"$ref": f"#/components/schemas/{kind.__name__}", "components": document["components"]}
        jsonschema.Draft202012Validator(schema).validate(description.example(kind))

    assert models.read(operation.body, orjson.dumps(description.example(operation.body)))
