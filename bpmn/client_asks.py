"""What is asked of the client now: every open wait whose element has the property `client_action`, in words.

The branches of one event-based gateway are answers to one question.
"""

import logging
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from bpmn import attachments, forms
from bpmn.bundles import LoadedBundle
from bpmn.client_views import Ask, Button
from bpmn.runtime import Runtime
from bpmn.spiff import Element, Workflow
from handlers import texts
from storage.rows import InstanceRow, SubscriptionRow

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenWait:
    """A wait of the request that the client can answer."""

    row: SubscriptionRow
    element: Element


def open_waits(rows: list[SubscriptionRow], bundle: LoadedBundle) -> list[OpenWait]:
    """The waits that the client may answer."""
    found = []
    for row in rows:
        element = element_of(bundle, row.element_id)
        if row.kind == "message" and element is not None and element.properties.get("client_action"):
            found.append(OpenWait(row, element))
    return found


def asks(
    runtime: Runtime,
    connection: Connection,
    waits: list[OpenWait],
    bundle: LoadedBundle,
    instance: InstanceRow,
    workflow: Workflow,
    language: str,
    action_id: str | None,
    posted: Mapping[str, list[str]] | None,
    errors: Mapping[str, str] | None,
) -> list[Ask]:
    """Lay out what is asked; *posted* and *errors* belong to the ask of *action_id*."""
    found = []
    translate = bundle.translator(language)
    for wait in waits:
        properties = wait.element.properties
        mine = action_id == str(wait.row.id)
        assert wait.row.token_id is not None
        variables = workflow.variables_of(wait.row.token_id)
        asking, group = _asking(bundle, workflow, wait)
        form = None
        if properties.get("client_form"):
            definition, typed = bundle.form(properties["client_form"]), posted if mine else None
            form = forms.view(
                definition,
                variables,
                posted=typed,
                files=attachments.known(connection, definition, typed, variables),
                errors=errors if mine else None,
                language=language,
                translate=translate,
                **runtime.form_settings(),
            )
        button = Button(
            translate(properties["client_action"]),
            str(wait.row.id),
            properties.get("client_style", "plain"),
        )
        found.append(
            Ask(
                action_id=str(wait.row.id),
                title=translate(asking.properties.get("client_title", "")),
                text_html=client_text(bundle, asking, language, variables, instance),
                form=form,
                buttons=[button],
                group=group,
            )
        )
    return found


def element_of(bundle: LoadedBundle, element_id: str) -> Element | None:
    for model in bundle.deployment.compiled.processes.values():
        if element_id in model.elements:
            return model.elements[element_id]
    return None


def _asking(bundle: LoadedBundle, workflow: Workflow, wait: OpenWait) -> tuple[Element, str]:
    """The element that has the words of the question, and what its answers have in common.

    The branches of one event-based gateway answer one question, whose words may stand at the gateway.
    """
    assert wait.row.token_id is not None
    host_id = workflow.token(wait.row.token_id).host
    host = element_of(bundle, workflow.token(host_id).element_id) if host_id is not None else None
    if host is None or host.type != "eventBasedGateway":
        return wait.element, str(wait.row.token_id)
    own = {"client_title", "client_text"} & wait.element.properties.keys()
    return (wait.element if own else host), str(host_id)


def client_text(
    bundle: LoadedBundle,
    element: Element,
    language: str,
    variables: Mapping[str, Any],
    request: InstanceRow | None,
) -> str:
    """Return the words that stand at *element* for the client, as HTML; empty where there are none or they fail."""
    key = element.properties.get("client_text")
    if not key:
        return ""
    try:
        return texts.render(bundle, key, language, ChainMap({"request": request}, variables)).html  # type: ignore[arg-type]
    except texts.TextFailed:
        logger.exception("a text of the client's page failed", extra={"text": key, "element": element.id})
        return ""
