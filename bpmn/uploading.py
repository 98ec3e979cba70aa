"""Keep files that people attach while they fill in a form; the form then holds references, never bytes."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError

from bpmn import attachments
from bpmn.actors import Actor
from bpmn.forms.attached import MAX_FILES
from bpmn.forms.messages import Problem, problem
from bpmn.forms.sniffing import MAX_FILE
from bpmn.runtime import Runtime

logger = logging.getLogger(__name__)


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

    def expire(self) -> int:
        """Delete the files whose form was not submitted within a day; return how many.

        Those that a draft names stay, and so does content that something else refers to.  A file in a unit of
        its own: what somebody needs at this very moment stays for the next time.
        """
        with self._runtime.storage.read() as connection:
            old = attachments.old_pending(connection, now=self._runtime.now())
        count = 0
        for key, file_hash in old:
            try:
                with self._runtime.storage.unit_of_work() as uow:
                    count += attachments.forget(uow, key, file_hash)
            except IntegrityError:
                logger.info("a file is needed again", extra={"file": file_hash})
        return count
