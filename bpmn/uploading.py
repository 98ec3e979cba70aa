"""Keep files that people attach while they fill in a form; the form then holds references, never bytes."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bpmn import attachments
from bpmn.actors import Actor
from bpmn.forms.messages import Problem, problem
from bpmn.forms.sniffing import MAX_FILE
from bpmn.runtime import Runtime

MAX_FILES = 20


@dataclass(frozen=True, slots=True)
class Kept:
    """`references` by field, to be posted with it; `errors` by field, in words, for what cannot be attached."""

    references: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


class Uploading:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def keep(self, files: Iterable[tuple[str, str, bytes]], *, by: Actor, language: str) -> Kept:
        """Keep *files* (field, file name, content); one transaction for all of them."""
        kept = Kept()
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            for number, (name, file_name, content) in enumerate(files):
                done: str | Problem = problem("file.too_many", n=MAX_FILES)
                if number < MAX_FILES:
                    done = attachments.keep(uow, file_name, content, by=by, now=now, limit=MAX_FILE)
                if isinstance(done, Problem):
                    kept.errors[name] = done.message(language)
                else:
                    kept.references.setdefault(name, []).append(done)
        return kept
