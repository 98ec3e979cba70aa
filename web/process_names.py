"""Names that analysts gave, in the language of the page: elements, stages, statuses.

Read through the engine's cached bundles; a word without a translation stays as the analyst wrote it.
"""

import re
from dataclasses import dataclass, replace
from functools import cached_property

from flask import g
from flask_babel import gettext as _

from bpmn.bundles import LoadedBundle
from bpmn.route import Stop
from bpmn.spiff import Element
from storage.queries.requests import Choices
from web.current import current_engine
from web.form_words import FormWords, words_of
from web.i18n import language

_FORM = re.compile(r"forms/.+\.form")
_LED = frozenset({"adHocSubProcess", "callActivity"})


@dataclass(frozen=True)
class Names:
    """The words of one version of a process."""

    bundle: LoadedBundle
    tongue: str

    def text(self, source: str) -> str:
        """Translate any of the analyst's texts; unknown ones stay as they are."""
        return self.bundle.translate(source, self.tongue) if source else ""

    def element(self, element_id: str) -> str:
        """Return the name of an element, its id where it has none."""
        element = self._find(element_id)
        if element is None:
            return element_id
        return self.text(element.name or element_id)

    def element_type(self, element_id: str) -> str:
        """Return the kind of an element as BPMN calls it, such as `userTask`; empty for an unknown one."""
        element = self._find(element_id)
        return element.type if element is not None else ""

    @property
    def may_be_led(self) -> bool:
        """Whether people may pick activities somewhere: in an ad-hoc subprocess, or in a process that is called."""
        models = self.bundle.deployment.compiled.processes.values()
        return any(part.type in _LED for model in models for part in model.elements.values())

    def _find(self, element_id: str) -> Element | None:
        models = self.bundle.deployment.compiled.processes.values()
        return next((model.elements[element_id] for model in models if element_id in model.elements), None)

    @cached_property
    def words(self) -> FormWords:
        """How the forms of the process call its variables and their values."""
        paths = sorted(path for path in self.bundle.deployment.files if _FORM.fullmatch(path))
        return words_of((self.bundle.form(path[6:-5]) for path in paths), self.text, outcome=_("Result"))

    def labels(self) -> dict[str, str]:
        """Return how the forms of the process call their fields, by the name of the variable."""
        return self.words.variables

    def stops(self, stops: list[Stop]) -> list[Stop]:
        """Return the stops of a route with their labels translated."""
        return [replace(stop, label=self.text(stop.label)) for stop in stops]

    @property
    def stages(self) -> list[str]:
        """The stops of the route, in the source language."""
        return list(self.bundle.model.stages)


def names_of(definition_id: int) -> Names:
    """Return the names of a definition, remembered for the length of one request."""
    remembered: dict[int, Names] = g.setdefault("_process_names", {})
    if definition_id not in remembered:
        remembered[definition_id] = Names(current_engine().deployments.bundle(definition_id), language())
    return remembered[definition_id]


def state_name(state: str) -> str:
    """Return the state of a request in words."""
    texts = {
        "active": _("in progress"),
        "completed": _("finished"),
        "cancelled": _("cancelled"),
        "terminated": _("terminated"),
        "error_ended": _("ended by an error"),
    }
    return texts.get(state, state)


def source_name(source: str) -> str:
    """Return where a request came from in words."""
    texts = {
        "web": _("client’s form"), "employee": _("colleague"), "mail": _("letter"), "api": _("program"),
        "phone": _("phone call"), "message": _("another system"),
    }  # fmt: skip
    return texts.get(source, source)


def translate_status(status: str, choices: Choices) -> str:
    """Return a status in the language of the page, by the first process that knows it."""
    for _key, _name, definition_id in choices.processes:
        said = names_of(definition_id).text(status)
        if said != status:
            return said
    return status
