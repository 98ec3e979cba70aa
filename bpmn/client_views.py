"""What the page of one request shows to the client, as plain data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bpmn.forms import FormView
from bpmn.route import Stop


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    action_id: str
    style: str = "plain"


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing asked of the client; the buttons answer it, with the fields of the form if there is one.

    Asks of one *group* are answers to the same question: the first of them that comes closes the others.
    """

    action_id: str
    title: str
    text_html: str
    form: FormView | None
    buttons: list[Button]
    group: str = ""


@dataclass(frozen=True, slots=True)
class DocumentView:
    id: int
    title: str
    number: str
    file_name: str
    size: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MessageView:
    author: str
    body: str
    at: datetime
    own: bool


@dataclass(frozen=True, slots=True)
class ClientPage:
    number: str
    title: str
    status: str
    finished: bool
    stops: list[Stop]
    asks: list[Ask]
    documents: list[DocumentView]
    messages: list[MessageView]
    expected_at: datetime | None
    language: str
    created_at: datetime
    subject: str = ""
    amount: Any = None
    currency: str = ""
