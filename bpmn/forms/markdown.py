"""Markdown of form texts to safe HTML.

Raw HTML in the source is shown as text, and whatever the renderer makes passes
through a sanitiser with a short list of tags: two independent walls.
"""

import re
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

MAX_SOURCE = 50_000
_TAGS = {
    "p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a",
    "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&])")
_HEADING = re.compile(r"<(/?)h([1-6])>")


def escape_markdown(text: str) -> str:
    """Make *text* mean only itself inside markdown."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split("\n")))


@lru_cache(maxsize=1)
def _renderer() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 20}).enable(
        ["table", "strikethrough"]
    )


@lru_cache(maxsize=256)
def to_html(source: str) -> str:
    """Return safe HTML; the highest heading is an `<h2>`, since the page has the `<h1>`."""
    html = _renderer().render(source[:MAX_SOURCE])
    highest = min((int(match[2]) for match in _HEADING.finditer(html)), default=2)
    html = _HEADING.sub(lambda match: f"<{match[1]}h{min(6, int(match[2]) - highest + 2)}>", html)
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "th": {"scope"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )
