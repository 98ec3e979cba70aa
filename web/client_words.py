"""What clients' pages say: codes of the engine in words, consents with their boxes, answers put together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from bpmn.client_views import Ask
from bpmn.public_forms import ConsentView

_STYLES = {"primary": 0, "plain": 1, "danger": 2}


@dataclass(frozen=True, slots=True)
class ConsentBox:
    """A consent as the form shows it: never ticked beforehand."""

    id: int
    name: str
    label: str
    text: str
    version: int
    required: bool
    given: bool
    error: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One way to answer: a button, with the fields that belong to it."""

    label: str
    action_id: str
    style: str
    ask: Ask


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the client in one block: the expected answer first, the dangerous one last."""

    title: str
    text_html: str
    answers: list[Answer]


def in_words(errors: Mapping[str, str] | None) -> dict[str, str] | None:
    """Return the messages of fields with the engine's own codes put in words."""
    if errors is None:
        return None
    texts = {
        "consent.required": _("Without this consent we cannot take the request"),
        "form.expired": _("The form was open for too long. Send it once more: everything typed is kept."),
        "comment.empty": _("Write what you want to say."),
        "comment.too_long": _("The message is too long."),
    }
    return {path: texts.get(message, message) for path, message in errors.items()}


def consent_boxes(consents: Iterable[ConsentView]) -> list[ConsentBox]:
    labels = {
        "personal_data": _("I agree to the processing of my personal data"),
        "marketing": _("I agree to receive offers and news"),
    }
    return [
        ConsentBox(
            id=view.id,
            name=view.name,
            label=labels.get(view.purpose, view.purpose),
            text=view.text,
            version=view.version,
            required=view.required,
            given=view.given,
            error=view.error,
        )
        for view in consents
    ]


def questions(asks: Iterable[Ask]) -> list[Question]:
    """Put the answers to one question into one block."""
    groups: dict[str, list[Ask]] = {}
    for ask in asks:
        groups.setdefault(ask.group or ask.action_id, []).append(ask)
    found = []
    for members in groups.values():
        answers = [
            Answer(button.label, button.action_id, button.style, ask)
            for ask in members
            for button in ask.buttons
        ]
        answers.sort(key=lambda answer: _STYLES.get(answer.style, 1))
        found.append(
            Question(
                title=next((ask.title for ask in members if ask.title), "") or _("We wait for your answer"),
                text_html=next((ask.text_html for ask in members if ask.text_html), ""),
                answers=answers,
            )
        )
    return found
