"""Whether somebody can do each task of a folder: warnings at deployment, before a request waits for nobody.

Only what is written plainly is judged; who comes out of an expression is known when the request runs (and is an
incident then, where it is nobody).
"""

from collections.abc import Iterator, Mapping

from bpmn.lint.problem import Problem
from bpmn.spiff import Bundle, Element, ProcessModel
from storage.queries.directory import Directory

_TASKS = frozenset({"userTask", "manualTask"})
_PEOPLE = ("assignee", "candidateUsers")


def nobody_can(bundle: Bundle, directory: Directory | None) -> Iterator[Problem]:
    """Warn of tasks without anybody, and of groups and people that are not in *directory*.

    None, or a directory without a single group, is one that is not set up yet: then names are not judged.
    """
    known = directory if directory is not None and directory.groups else None
    for model in bundle.processes.values():
        for element in model.elements.values():
            if element.type in _TASKS:
                yield from _task(model, element, known)


def _task(model: ProcessModel, element: Element, known: Directory | None) -> Iterator[Problem]:
    written = {name: element.attributes.get(name, "") for name in (*_PEOPLE, "candidateGroups")}
    if not any(text.strip() for text in written.values()):
        yield _warning(
            model, element, "who.nobody",
            "никто не назначен: заявка остановится здесь с инцидентом. Укажите группу (Candidate groups) или исполнителя",
            "nobody is named: the request will stop here with an incident. Name a group (candidate groups) or a person",
        )  # fmt: skip
        return
    if known is None:
        return
    for name in _PEOPLE:
        for person in _plain(written[name]):
            if person.lower() not in known.people:
                yield _warning(
                    model, element, "who.unknown_person",
                    f"сотрудника «{person}» нет среди действующих: впишите адрес почты того, кто есть, или заведите его",
                    f"there is no active person “{person}”: write the e-mail address of somebody, or add this one",
                )  # fmt: skip
    for group in _plain(written["candidateGroups"]):
        yield from _group(model, element, group, known.groups)


def _group(model: ProcessModel, element: Element, group: str, groups: Mapping[str, int]) -> Iterator[Problem]:
    if group not in groups:
        named = ", ".join(sorted(groups)[:10])
        yield _warning(
            model, element, "who.unknown_group",
            f"группы «{group}» нет: создайте её или выберите другую (есть {named})",
            f"there is no group “{group}”: create it or name another (there are {named})",
        )  # fmt: skip
    elif not groups[group]:
        yield _warning(
            model, element, "who.empty_group",
            f"в группе «{group}» нет ни одного действующего сотрудника: добавьте кого-нибудь",
            f"the group “{group}” has no active member: add somebody",
        )  # fmt: skip


def _plain(text: str) -> list[str]:
    """Return the names in a list that is written plainly; none of an expression."""
    if text.strip().startswith("=") or "${" in text or "#{" in text:
        return []
    return [name for part in text.split(",") if (name := part.strip())]


def _warning(model: ProcessModel, element: Element, rule: str, ru: str, en: str) -> Problem:
    title_ru = f"«{element.name}» ({element.id})" if element.name else element.id
    title_en = f"“{element.name}” ({element.id})" if element.name else element.id
    return Problem(model.file, element.id, rule, "warning", f"{title_ru}: {ru}", f"{title_en}: {en}", None)
