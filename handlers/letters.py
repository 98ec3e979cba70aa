"""A letter in the product's own dress: one column, the route of the request on top, readable without pictures.

Mail programs drop style sheets and scripts, so everything is inline and laid out by tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from handlers.texts import Rendered

ACCENT, MUTED, LINE, PAPER = "#0f6b6b", "#5b6670", "#d5dadd", "#f4f6f6"
_FONT = "font-family:-apple-system,'Segoe UI',Roboto,'PT Sans',Arial,sans-serif"


@dataclass(frozen=True)
class Stop:
    label: str
    state: Literal["done", "here", "next"]


def route_of(stages: Sequence[str], here: str) -> list[Stop]:
    """Return the stops of a route; without a known present one all are still ahead."""
    place = stages.index(here) if here in stages else -1
    return [
        Stop(label, "done" if index < place else "here" if index == place else "next")
        for index, label in enumerate(stages)
    ]


def letter_html(
    text: Rendered, *, language: str, organisation: str, number: str, stops: Sequence[Stop]
) -> str:
    """Return the whole HTML of a letter around the clean HTML of a text."""
    why = (
        f"Письмо отправлено автоматически по заявке {number}."
        if language == "ru"
        else f"This letter was sent automatically for request {number}."
    )
    footer = escape(f"{organisation}. {why}" if number else organisation)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(text.subject)}</title></head>"
        f'<body style="margin:0;padding:24px 12px;background:{PAPER};{_FONT};color:#1c2429">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" '
        f'style="max-width:600px;background:#ffffff;border:1px solid {LINE};border-radius:8px">'
        f'<tr><td style="padding:20px 28px 0;font-size:14px;color:{MUTED}">'
        f"{escape(organisation)}{' · ' + escape(number) if number else ''}</td></tr>"
        f"{_route(stops)}"
        f'<tr><td style="padding:12px 28px 24px;font-size:16px;line-height:1.5">{_dressed(text.html)}</td></tr>'
        "</table>"
        f'<p style="max-width:600px;margin:12px auto 0;font-size:12px;line-height:1.4;color:{MUTED}">{footer}</p>'
        "</td></tr></table></body></html>"
    )


def _dressed(html: str) -> str:
    """Return clean HTML with the styles that mail programs keep."""
    return (
        html.replace("<a ", f'<a style="color:{ACCENT}" ')
        .replace(
            "<blockquote>",
            f'<blockquote style="margin:0 0 16px;padding:4px 0 4px 14px;border-left:3px solid {LINE};color:{MUTED}">',
        )
        .replace("<p>", '<p style="margin:0 0 16px">')
    )


def _route(stops: Sequence[Stop]) -> str:
    if not stops:
        return ""
    cells = "".join(_stop(stop, index, len(stops)) for index, stop in enumerate(stops))
    here = next((stop.label for stop in stops if stop.state == "here"), "")
    caption = (
        f'<div style="padding-top:6px;font-size:14px;font-weight:600">{escape(here)}</div>' if here else ""
    )
    return (
        '<tr><td style="padding:14px 28px 4px"><table role="presentation" width="100%" cellpadding="0" '
        f'cellspacing="0"><tr>{cells}</tr></table>{caption}</td></tr>'
    )


def _stop(stop: Stop, index: int, count: int) -> str:
    colour = ACCENT if stop.state in ("done", "here") else LINE
    fill = ACCENT if stop.state == "done" else "#ffffff"
    width = 3 if stop.state == "here" else 2
    dot = (
        f'<td width="14" title="{escape(stop.label, quote=True)}" style="width:14px"><div style="width:8px;height:8px;'
        f'border:{width}px solid {colour};border-radius:50%;background:{fill};font-size:0">&nbsp;</div></td>'
    )
    if index == count - 1:
        return dot
    line = ACCENT if stop.state == "done" else LINE
    return f'{dot}<td style="padding:0 2px"><div style="height:2px;background:{line};font-size:0">&nbsp;</div></td>'
