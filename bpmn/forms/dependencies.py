"""Which fields other fields depend on, so that a page knows when to ask for itself again.

Told from the text of the expressions, which may seem to name too many fields (a
page is then drawn once more than needed), never too few.
"""

from collections.abc import Iterator

from bpmn.forms.schema import Component, Form

_ALWAYS_FEEL = ("expression", "valuesExpression", "valuesKey", "dataSource", "columnsExpression")


def expressions_of(form: Form) -> str:
    """Return the text of every expression of the form: a field whose key occurs in it may change other fields."""
    return "\n".join(text for component, _ in form.walk() for text in _expressions(component))


def _expressions(component: Component) -> Iterator[str]:
    yield str(component.get("conditional", {}).get("hide", ""))
    for name, value in component.raw.items():
        if isinstance(value, str) and (name in _ALWAYS_FEEL or value.startswith("=") or "{{" in value):
            yield value
    for inside in ("validate", "appearance"):
        for value in component.get(inside, {}).values():
            if isinstance(value, str) and (value.startswith("=") or "{{" in value):
                yield value
