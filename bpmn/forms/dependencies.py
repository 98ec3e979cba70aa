"""Which fields other fields depend on, so that a page knows when to ask for itself again.

Told from the words of the expressions, which may name too many fields (a page
is then drawn once more than needed), never too few.
"""

import re

from bpmn.forms.schema import Form


def names_read(form: Form) -> frozenset[str]:
    """Return the words of every expression of the form: a field with such a key may change other fields."""
    words: set[str] = set()
    for component, _ in form.walk():
        texts = [
            component.get("conditional", {}).get("hide"),
            component.get("expression"),
            component.get("valuesExpression"),
        ]
        texts += [
            value
            for value in component.raw.values()
            if isinstance(value, str) and ("{{" in value or value[:1] == "=")
        ]
        texts += [
            value
            for value in component.get("validate", {}).values()
            if isinstance(value, str) and value[:1] == "="
        ]
        for text in texts:
            words.update(re.findall(r"\w+", text) if isinstance(text, str) else ())
    return frozenset(words)
