"""Which variables the requests of a folder can have, so that a mistyped name is told before anybody meets it.

Names come from forms, scripts, results, mappings and loops.  Where something may write any name (a handler without
a result variable, a message without a form) only names that look like a known one mistyped are told: a warning
that is often wrong is read by nobody.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bpmn import forms, scripts
from bpmn.bundles import form_source
from bpmn.lint.problem import Problem
from bpmn.spiff import Bundle, Element, ProcessModel

_ENGINE = frozenset(
    {
        *("language", "reason", "decisionResult", "loopCounter"),
        *("business hours after", "business days after", "request number", "now"),
        *("nrOfInstances", "nrOfCompletedInstances", "nrOfActiveInstances"),
    }
)
_FORMS = ("client_form", "start_form")
_LIKE = 0.8


@dataclass(slots=True)
class Known:
    """`names` that something writes; `anything`: other names may be written too.

    A name that only goes on where another ends (`organisation`, `organisations`) is meant, not mistyped.
    """

    names: set[str] = field(default_factory=lambda: set(_ENGINE))
    anything: bool = False

    def doubts(self, name: str) -> bool:
        """Tell whether a name that is read deserves a warning."""
        if name in self.names:
            return False
        if not self.anything:
            return True
        alike = difflib.get_close_matches(name, self.names, 5, _LIKE)
        return any(not known.startswith(name) and not name.startswith(known) for known in alike)


def known_names(files: Mapping[str, bytes], bundle: Bundle) -> Known:
    """Collect what the diagrams and forms of a folder write."""
    known = Known()
    for model in bundle.processes.values():
        _starts(known, model)
        for scope in model.scopes.values():
            for spec in scope.task_specs.values():
                _written(known, spec, bundle.processes)
        for element in model.elements.values():
            for key in [element.form, *(element.properties.get(name) for name in _FORMS)]:
                if key and not key.startswith("="):
                    known.names |= _fields(files, bundle, key)
    return known


def _starts(known: Known, model: ProcessModel) -> None:
    for start in model.starts:
        element = model.elements.get(start.element_id)
        has_form = start.form or (element is not None and any(element.properties.get(n) for n in _FORMS))
        if start.kind in ("none", "message") and not has_form:
            known.anything = True


def _written(known: Known, spec: Any, inside: Mapping[str, ProcessModel]) -> None:
    outputs = getattr(spec, "outputs_map", ())
    known.names |= {name for name, _ in outputs}
    known.names |= {name for name, _, _ in getattr(getattr(spec, "data_outputs", None), "outs", ())}
    known.names |= {
        name
        for attribute in ("result", "item", "output_collection", "output_item")
        if isinstance(name := getattr(spec, attribute, None), str)
    }
    element = getattr(spec, "element", None)
    if not isinstance(element, Element):
        return
    known.names |= set(element.parameters)
    for attribute in ("script", "pre_script", "post_script"):
        if script := getattr(spec, attribute, None):
            try:
                known.names |= scripts.prepare(script).writes
            except scripts.ScriptFailed:
                known.anything = True
    if variable := getattr(spec, "payload_variable", None):
        known.names.add(variable)
    mapping = getattr(spec, "mapping", None)
    if element.type == "callActivity" and mapping is not None:
        known.names |= {name for name, _ in mapping.outs or ()}
        known.anything = known.anything or (mapping.all_out and element.called not in inside)
    receives = element.type in ("receiveTask", "intermediateCatchEvent", "boundaryEvent")
    free = element.handler is not None or element.decision is not None or receives
    if (
        free
        and not outputs
        and not getattr(spec, "result", None)
        and not element.properties.get("client_form")
    ):
        known.anything = True


def _fields(files: Mapping[str, bytes], bundle: Bundle, key: str) -> set[str]:
    source = form_source(files, bundle, key)
    if source is None:
        return set()
    try:
        form = forms.parse(source, name=key)
    except forms.FormRefused:
        return set()
    found = {button.outcome_key for button in form.outcomes}
    for component, containers in form.walk():
        path = [name for part in (*containers, component) for name in part.keys]
        found.update(path[:1])
    return found


def unknown_in_conditions(bundle: Bundle, known: Known) -> Iterable[Problem]:
    """Warn of names in conditions that nothing writes."""
    for model in bundle.processes.values():
        for scope in model.scopes.values():
            for spec in scope.task_specs.values():
                for flow in getattr(spec, "flows", ()):
                    condition = flow.condition
                    if condition is None or condition.language != "feel":
                        continue
                    for name in sorted(name for name in condition.names if known.doubts(name)):
                        yield Problem(
                            model.file,
                            flow.id,
                            "unknown_variable",
                            "warning",
                            f"Условие «{condition.source}» читает «{name}», а такую переменную ничто не записывает",
                            f"The condition “{condition.source}” reads “{name}”, which nothing writes",
                            None,
                        )
