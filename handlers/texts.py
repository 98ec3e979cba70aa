"""The analyst's texts: `texts/<key>.<language>.md`, a Jinja template over Markdown with a subject line.

What a client typed is never markup: every value is escaped for Markdown, the HTML is made without raw tags and
cleaned again.  Mistakes of the text come back in plain words with its file and line.
"""

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import nh3
from jinja2 import TemplateError, TemplateSyntaxError, UndefinedError, meta
from jinja2.sandbox import SecurityError
from markdown_it import MarkdownIt
from markdown_it.token import Token

from handlers.errors import HandlerError
from handlers.text_sandbox import MAX_SOURCE, MAX_TEXT, TextEnvironment, Trusted, Words, begin

LANGUAGES = ("ru", "en")
_SUBJECT = re.compile(r"\ASubject:[ \t]*(.*)\n?")
_TAGS = frozenset(
    {"a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "hr", "li", "ol", "p", "strong", "table", "tbody",
     "td", "th", "thead", "tr", "ul"}
)  # fmt: skip
_REQUEST_FIELDS = (
    "number", "subject", "status", "stage", "resolution", "priority", "source", "amount", "currency",
    "language", "requester", "due_at", "created_at", "ended_at",
)  # fmt: skip
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")


class Source(Protocol):
    """Where texts come from: a deployed bundle."""

    def file(self, path: str) -> bytes | None: ...


class TextFailed(HandlerError):
    """A text cannot be rendered; `code` is texts.missing, texts.unknown_name, texts.mistake or texts.limit."""

    def __init__(self, code: str, file: str, line: int | None, why: str, **values: Any) -> None:
        place = f"{file}, line {line}" if line else file
        super().__init__(code, f"{place}: {why}", retryable=False, file=file, line=line, why=why, **values)


@dataclass(frozen=True)
class Rendered:
    subject: str
    html: str  # clean
    text: str  # the same words without markup


def exists(bundle: Source, key: str) -> bool:
    """Return whether a text is there in any language."""
    return any(bundle.file(f"texts/{key}.{language}.md") is not None for language in LANGUAGES)


def render(
    bundle: Source,
    key: str,
    language: str,
    variables: Mapping[str, Any],
    *,
    link: str = "",
    zone: tzinfo = ZoneInfo("Europe/Moscow"),  # noqa: B008 - immutable
) -> Rendered:
    """Render a text in a language, or in the other one if it is there only.

    Of *variables* only the names that the text uses are read; `request` shows a request's own data.

    Raises:
        TextFailed: no such text; an unknown name; a mistake; beyond the limits.
    """
    file, source = _source(bundle, key, language)
    match = _SUBJECT.match(source)
    subject_source, body = (match[1], source[match.end() :]) if match else ("", source)
    words = Words(language if language in LANGUAGES else "ru", zone)
    values: dict[str, Any] = {}
    if link:
        values["link"] = Trusted(f"<{link}>")
    known = _Names(variables, values)
    plain = TextEnvironment(words, _one_line)
    marked = TextEnvironment(words, escape_markdown)
    subject = _filled(plain, subject_source, known, file, first_line=1)
    body = _filled(marked, body, known, file, first_line=2 if match else 1)
    tokens = _markdown.parse(body)
    html = nh3.clean(
        _markdown.renderer.render(tokens, _markdown.options, {}),
        tags=set(_TAGS),
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )
    return Rendered(subject=_one_line(subject), html=html, text=_to_text(tokens))


def lint(source: str, file: str) -> TextFailed | None:
    """Return what is wrong with a text's syntax, for deployment."""
    try:
        environment = TextEnvironment(Words("ru", ZoneInfo("UTC")), str)
        environment.parse(source)
    except TemplateSyntaxError as problem:
        return TextFailed("texts.mistake", file, problem.lineno, problem.message or "")
    return None


def escape_markdown(text: str) -> str:
    """Return a text that Markdown prints letter by letter (CommonMark §2.4); its lines stay lines."""
    lines = (line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return "\\\n".join(_PUNCTUATION.sub(r"\\\g<0>", line) for line in lines)


_PUNCTUATION = re.compile("[" + re.escape(string.punctuation) + "]")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _source(bundle: Source, key: str, language: str) -> tuple[str, str]:
    for candidate in (language, *LANGUAGES):
        file = f"texts/{key}.{candidate}.md"
        content = bundle.file(file)
        if content is None:
            continue
        try:
            source = content.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as problem:
            raise TextFailed("texts.mistake", file, None, "the file is not UTF-8") from problem
        if len(source) > MAX_SOURCE:
            raise TextFailed("texts.limit", file, None, f"the text is longer than {MAX_SOURCE} letters")
        return file, source
    raise TextFailed(
        "texts.missing", f"texts/{key}.{language}.md", None, "the bundle has no such text", key=key
    )


class _Names:
    """The variables a text may name, read only when it does."""

    def __init__(self, variables: Mapping[str, Any], own: Mapping[str, Any]) -> None:
        self._variables, self._own = variables, own

    def of(self, names: set[str]) -> dict[str, Any]:
        found = {name: self._variables[name] for name in names if name in self._variables}
        request = found.get("request")
        if request is not None and not isinstance(request, Mapping):
            found["request"] = {name: getattr(request, name, None) for name in _REQUEST_FIELDS}
        return found | dict(self._own)


def _filled(environment: TextEnvironment, source: str, names: _Names, file: str, *, first_line: int) -> str:
    begin()
    try:
        template = environment.from_string(source)
        values = names.of(meta.find_undeclared_variables(environment.parse(source)))
        parts: list[str] = []
        length = 0
        for part in template.generate(values):
            length += len(part)
            if length > MAX_TEXT:
                raise TextFailed("texts.limit", file, None, f"the result is longer than {MAX_TEXT} letters")
            parts.append(part)
        return "".join(parts)
    except TemplateSyntaxError as problem:
        raise TextFailed(
            "texts.mistake", file, problem.lineno + first_line - 1, problem.message or ""
        ) from problem
    except UndefinedError as problem:
        line = _line_of(problem, first_line)
        raise TextFailed("texts.unknown_name", file, line, problem.message or "an unknown name") from problem
    except SecurityError as problem:
        raise TextFailed("texts.limit", file, _line_of(problem, first_line), str(problem)) from problem
    except (TemplateError, TypeError, ValueError, ArithmeticError, KeyError, AttributeError) as problem:
        raise TextFailed("texts.mistake", file, _line_of(problem, first_line), str(problem)) from problem


def _line_of(problem: BaseException, first_line: int) -> int | None:
    line, trace = None, problem.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line + first_line - 1 if line is not None else None


def _to_text(tokens: list[Token]) -> str:
    """Return the words of a Markdown text, with its lists and quotes kept readable."""
    blocks: list[str] = []
    prefix: list[str] = []
    counters: list[int] = []
    for token in tokens:
        if token.type == "blockquote_open":
            prefix.append("> ")
        elif token.type == "bullet_list_open":
            counters.append(0)
        elif token.type == "ordered_list_open":
            counters.append(1)
        elif token.type == "list_item_open":
            number = counters[-1]
            prefix.append(f"{number}. " if number else "- ")
            counters[-1] = number + 1 if number else 0
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            counters.pop()
        elif token.type in ("list_item_close", "blockquote_close"):
            prefix.pop()
        elif token.type == "inline":
            blocks.append(_prefixed(_inline_text(token.children or []), prefix))
        elif token.type == "hr":
            blocks.append("-" * 20)
    return "\n\n".join(blocks) + "\n"


def _prefixed(text: str, prefix: list[str]) -> str:
    if not prefix:
        return text
    head = "".join(prefix)
    rest = "".join("> " if part == "> " else " " * len(part) for part in prefix)
    lines = text.split("\n")
    return "\n".join([head + lines[0], *(rest + line for line in lines[1:])])


def _inline_text(children: list[Token]) -> str:
    out: list[str] = []
    target, start = "", 0
    for child in children:
        if child.type in ("text", "code_inline"):
            out.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            out.append("\n")
        elif child.type == "link_open":
            target, start = str(child.attrs.get("href", "")), len(out)
        elif child.type == "link_close" and "".join(out[start:]) != target:
            out.append(f" ({target})")
    return "".join(out)
