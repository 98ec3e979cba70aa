"""The route of a request: the analyst's stops, which are passed and where it stands.  Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bpmn.spiff import ProcessModel


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop of the route in the analyst's words; `state` is "done", "here" or "next"."""

    label: str
    state: str
    since: datetime | None = None


def route(
    model: ProcessModel, *, stage: str, finished: bool, visits: Iterable[tuple[str, datetime]]
) -> list[Stop]:
    """Lay the stops of the process out for a request that stands at *stage*.

    A finished request keeps only the stops that it really passed as done.
    """
    first_seen: dict[str, datetime] = {}
    for element_id, opened_at in visits:
        element = model.elements.get(element_id)
        label = element.properties.get("stage") if element is not None else None
        if label:
            first_seen.setdefault(label, opened_at)
    stops = []
    here = model.stages.index(stage) if stage in model.stages else -1
    for index, label in enumerate(model.stages):
        since = first_seen.get(label)
        if finished:
            state = "done" if since is not None or index <= here else "next"
        elif index == here:
            state = "here"
        else:
            state = "done" if index < here else "next"
        stops.append(Stop(label, state, since))
    return stops
