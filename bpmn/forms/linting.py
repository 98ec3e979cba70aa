"""Tell the author of a form what is wrong with it before anybody sees it.

`lint` never raises: `parse` has already refused what cannot be read.  Levels:
"error" stops a deployment, "warning" does not.
"""

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from bpmn import feel
from bpmn.forms.attached import MAX_FILES, MEGABYTE, max_bytes, max_files
from bpmn.forms.errors import FormProblem, found
from bpmn.forms.evaluation import odd_names
from bpmn.forms.fields import IMAGE_SOURCE
from bpmn.forms.messages import say
from bpmn.forms.options import token
from bpmn.forms.patterns import PatternRefused, compile_pattern
from bpmn.forms.schema import CHOICES, ENTRIES, INPUTS, REFUSED, Component, Form
from bpmn.forms.sniffing import MAX_FILE
from bpmn.forms.templates import TemplateRefused, parse_template, template_sources

# form-js: properties that may be FEEL when they start with "=", and those that may hold {{templates}}
FEEL_PROPERTIES = (
    "alt", "appearance.prefixAdorner", "appearance.suffixAdorner", "conditional.hide", "description", "label",
    "source", "readonly", "text", "validate.min", "validate.max", "validate.minLength", "validate.maxLength",
    "valuesExpression", "url", "dataSource", "columnsExpression", "expression", "multiple", "accept", "title",
)  # fmt: skip
TEMPLATE_PROPERTIES = (
    "alt", "appearance.prefixAdorner", "appearance.suffixAdorner", "description", "label", "source", "text",
    "content", "url", "title",
)  # fmt: skip
_ALWAYS_FEEL = frozenset(
    {"conditional.hide", "valuesExpression", "dataSource", "columnsExpression", "expression"}
)
_ROW_NAMES = frozenset({"this", "parent", "i"})


def lint(form: Form, known_variables: Collection[str] | None = None) -> list[FormProblem]:
    """List everything wrong with a form.

    With *known_variables* (names that the process may have at this step) a name that is neither a field
    nor a variable is a warning.
    """
    linter = _Linter(form, known_variables)
    return [*linter.components(), *linter.keys(), *linter.outcomes()]


class _Linter:
    def __init__(self, form: Form, known: Collection[str] | None) -> None:
        self._form = form
        own = {key for component, _ in form.walk() for key in component.keys}
        own |= {button.outcome_key for button in form.outcomes}
        self._names = odd_names([*own, *(known or ())])
        self._known = None if known is None else own | set(known) | _ROW_NAMES

    def _found(self, component: Component, code: str, *, warning: bool = False, **values: Any) -> FormProblem:
        return found(
            self._form.name, component.where, code, level="warning" if warning else "error", **values
        )

    def _because(
        self, component: Component, code: str, reason: Callable[[str], str], **values: str
    ) -> FormProblem:
        """Make a finding whose reason has a text of its own in each language."""
        texts = {
            language: say(code, language, reason=reason(language), **values) for language in ("ru", "en")
        }
        return FormProblem(self._form.name, component.where, code, texts["ru"], texts["en"])

    # -- each component -------------------------------------------------------------------

    def components(self) -> Iterator[FormProblem]:
        for component, _ in self._form.walk():
            if component.type in REFUSED:
                yield self._found(component, "form.refused_component", type=component.type)
                continue
            yield from self._expressions(component)
            yield from self._templates(component)
            yield from self._rules(component)
            if component.type in CHOICES:
                yield from self._options(component)
            if component.type == "filepicker":
                yield from self._file_limits(component)
            if component.type in ENTRIES | {"dynamiclist"} and not _label(component):
                yield self._found(component, "form.no_label", warning=True)
            if component.type == "image" and not _image_is_safe(str(component.get("source", ""))):
                yield self._found(component, "form.image_source")

    def _expressions(self, component: Component) -> Iterator[FormProblem]:
        for name in FEEL_PROPERTIES:
            source = _property(component, name)
            if isinstance(source, str) and (
                source.startswith("=") or (name in _ALWAYS_FEEL and source.strip())
            ):
                yield from self._expression(component, name, source.removeprefix("="))
        if component.type == "expression" and not str(component.get("expression", "")).strip():
            yield self._found(component, "form.bad_property", property="expression", expected="FEEL")

    def _expression(
        self, component: Component, name: str, source: str, *, in_loop: bool = False
    ) -> Iterator[FormProblem]:
        try:
            expression = feel.compile(source, names=self._names)
        except feel.FeelError as error:
            yield self._because(component, "form.feel", error.message, property=name)
            return
        if self._known is not None and not in_loop:
            for variable in sorted(expression.names - self._known):
                yield self._found(
                    component, "form.unknown_variable", warning=True, property=name, variable=variable
                )

    def _templates(self, component: Component) -> Iterator[FormProblem]:
        for name in TEMPLATE_PROPERTIES:
            text = _property(component, name)
            if not isinstance(text, str) or "{{" not in text or text.startswith("="):
                continue
            try:
                parts = parse_template(text)
            except TemplateRefused as refused:
                yield self._because(component, "form.template", refused.problem.message, property=name)
                continue
            for source, in_loop in template_sources(parts):
                yield from self._expression(component, name, source, in_loop=in_loop)

    def _rules(self, component: Component) -> Iterator[FormProblem]:
        for low, high in (("min", "max"), ("minLength", "maxLength")):
            least, most = component.rule(low), component.rule(high)
            if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
                yield self._found(component, "form.limits", low=low, high=high)
        pattern = component.rule("pattern")
        if pattern:
            try:
                compile_pattern(pattern)
            except PatternRefused as refused:
                yield self._because(component, "form.pattern", refused.problem.message)

    def _file_limits(self, component: Component) -> Iterator[FormProblem]:
        limits = (
            ("maxSize", max_bytes(component), "form.file_megabytes", MAX_FILE // MEGABYTE),
            ("maxFiles", max_files(component), "form.file_count", MAX_FILES),
        )
        for name, limit, expected, most in limits:
            value = component.own(name)
            if value is not None and limit is None:
                texts = {
                    language: say(
                        "form.file_limit",
                        language,
                        property=name,
                        value=value[:100],
                        expected=say(expected, language, limit=most),
                    )
                    for language in ("ru", "en")
                }
                yield FormProblem(
                    self._form.name, component.where, "form.file_limit", texts["ru"], texts["en"]
                )

    def _options(self, component: Component) -> Iterator[FormProblem]:
        key, values = component.get("valuesKey"), component.get("values")
        if key and self._known is not None and key.split(".")[0] not in self._known:
            yield self._found(
                component,
                "form.unknown_variable",
                warning=True,
                property="valuesKey",
                variable=key.split(".")[0],
            )
        if key or component.get("valuesExpression"):
            return
        if not values:
            yield self._found(component, "form.no_options")
        seen: set[str] = set()
        for option in values or []:
            name = token(option.get("value") if isinstance(option, dict) else option)
            if name in seen:
                yield self._found(component, "form.duplicate_option", value=name)
            seen.add(name)

    # -- the form as a whole --------------------------------------------------------------

    def keys(self) -> Iterator[FormProblem]:
        """Two fields may share a key only when each has a condition, or both are in different containers."""
        seen: dict[tuple[str, ...], bool] = {}
        for component, containers in self._form.walk():
            if component.type not in INPUTS | {"dynamiclist"}:
                continue
            lists = [part.where for part in containers if part.type == "dynamiclist"]
            groups = [key for part in containers if part.type == "group" for key in part.keys]
            place = (lists[-1] if lists else "", *groups, *component.keys)
            conditional = any(part.get("conditional", {}).get("hide") for part in (*containers, component))
            if place in seen and not (conditional and seen[place]):
                yield self._found(component, "form.duplicate_key", key=".".join(component.keys))
            seen[place] = conditional

    def outcomes(self) -> Iterator[FormProblem]:
        outcome_keys = {button.outcome_key for button in self._form.outcomes}
        seen: set[tuple[str, str]] = set()
        names = {button.outcome for button in self._form.outcomes}
        for component, containers in self._form.walk():
            if component.outcome is not None:
                pair = component.outcome_key, component.outcome
                if pair in seen and not component.get("conditional", {}).get("hide"):
                    yield self._found(component, "form.outcome_twice", outcome=component.outcome)
                seen.add(pair)
                if any(part.type == "dynamiclist" for part in containers):
                    yield self._found(component, "form.outcome_in_rows")
            elif component.type in INPUTS and not containers and component.keys[0] in outcome_keys:
                yield self._found(component, "form.outcome_key", key=component.keys[0])
            for name in sorted(component.required_for - names):
                yield self._found(component, "form.outcome_unknown", outcome=name)


def _property(component: Component, name: str) -> Any:
    first, _, second = name.partition(".")
    value = component.raw.get(first)
    return value.get(second) if second and isinstance(value, dict) else None if second else value


def _label(component: Component) -> str:
    return str(component.get("label") or component.get("dateLabel") or component.get("timeLabel") or "")


def _image_is_safe(source: str) -> bool:
    return (
        bool(IMAGE_SOURCE.fullmatch(source))
        or source.startswith("=")
        or re.match(r"/(?!/)", source) is not None
    )


__all__ = ["FEEL_PROPERTIES", "TEMPLATE_PROPERTIES", "lint"]
