"""What a failure means and what to do about it, by its stable code, in the language of the page."""

from dataclasses import dataclass

from flask_babel import gettext as _

from bpmn import spiff
from handlers import failure_words
from web.i18n import language as page_language


@dataclass(frozen=True, slots=True)
class Said:
    title: str
    advice: str


def explain(code: str) -> Said:
    """Return the words of a code: a handler's, the engine's, or that a step failed."""
    failure = failure_words.explain(code, page_language())
    if failure is not None:
        return Said(failure.title, failure.advice)
    sentence = spiff.explain(code, "", page_language())
    if sentence:
        return Said(
            sentence, _("Mend the data of the request and retry, or mend the diagram and skip the step.")
        )
    return Said(_("A step failed"), _("Mend the cause that the message names, then retry."))
