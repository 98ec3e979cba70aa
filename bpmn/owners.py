"""Telling the owner of a process that something fails: once per cause, however many requests it stops.

The owner is the process's property `owner`, an e-mail address or the key of a group; without one, or when nobody is
there, every administrator is told.  Whoever runs jobs calls `tell` now and then.
"""

import logging
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpmn.actors import ADMINISTRATOR
from bpmn.bundles import LoadedBundle
from bpmn.runtime import Runtime
from bpmn.spiff import explain as explain_step
from handlers import failure_words
from storage.ids import new_id
from storage.models import Group, Notification, Role, User
from storage.rows import IncidentRow
from storage.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

_AT_ONCE = 200
_WORDS = {
    "ru": ("Сбой: {title}", "{process}, шаг «{step}». {message}"),
    "en": ("Failure: {title}", "{process}, step “{step}”. {message}"),
}
_PLAIN = {"ru": "шаг не выполнен", "en": "a step failed"}


class Owners:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def tell(self) -> int:
        """Notify owners of failures nobody was told of; return how many causes were told."""
        with self._runtime.storage.reading() as uow:
            untold = uow.incidents.untold(_AT_ONCE)
        told = 0
        for incident in untold:
            with self._runtime.storage.unit_of_work() as uow:
                told += self._tell(uow, incident)
        return told

    def _tell(self, uow: UnitOfWork, incident: IncidentRow) -> bool:
        """Mark one failure as told, and notify if it is the first of its cause."""
        now = self._runtime.now()
        if not uow.incidents.mark_told(incident.id, at=now) or uow.incidents.told_alike(incident):
            return False
        bundle = self._bundle(uow, incident)
        people = self._owners(uow.session, bundle)
        for person in people:
            title, body = _said(incident, bundle, "en" if person.language == "en" else "ru")
            uow.session.add(
                Notification(
                    id=new_id(),
                    user_id=person.id,
                    instance_id=incident.instance_id,
                    title=title,
                    body=body,
                    idempotency_key=f"incident:{incident.id}",
                    created_at=now,
                    read_at=None,
                )
            )
        logger.warning(
            "something fails",
            extra={"element": incident.element_id, "code": incident.code, "told": len(people)},
        )
        return True

    def _bundle(self, uow: UnitOfWork, incident: IncidentRow) -> LoadedBundle | None:
        instance = uow.instances.get(incident.instance_id) if incident.instance_id is not None else None
        if instance is None:
            return None
        return self._runtime.bundles.of_definition(uow.connection, instance.definition_id)

    @staticmethod
    def _owners(session: Session, bundle: LoadedBundle | None) -> list[Any]:
        active = select(User).where(User.active.is_(True)).order_by(User.id)
        named = bundle.model.properties.get("owner", "").strip() if bundle is not None else ""
        if named:
            found = session.scalars(
                active.where((User.email == named) | User.groups.any(Group.key == named))
            ).all()
            if found:
                return list(found)
        return list(session.scalars(active.where(User.roles.any(Role.name == ADMINISTRATOR))).all())


def _said(incident: IncidentRow, bundle: LoadedBundle | None, language: str) -> tuple[str, str]:
    failure = failure_words.explain(incident.code, language)
    title = failure.title if failure is not None else explain_step(incident.code, "", language)
    process, step = "", incident.element_id
    if bundle is not None:
        translate = bundle.translator(language)
        process = translate(bundle.definition.name)
        element = _element(bundle, incident.element_id)
        step = translate(element.name) if element is not None and element.name else step
    title_words, body_words = _WORDS[language]
    return (
        title_words.format(title=title or _PLAIN[language]),
        body_words.format(process=process, step=step, message=incident.message[:300]).lstrip(", "),
    )


def _element(bundle: LoadedBundle, element_id: str) -> Any:
    models: Iterable[Any] = bundle.deployment.compiled.processes.values()
    return next((model.elements[element_id] for model in models if element_id in model.elements), None)
