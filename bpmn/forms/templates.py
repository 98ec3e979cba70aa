"""Texts with `{{expression}}`, `{{#if x}}…{{/if}}` and `{{#loop xs}}…{{/loop}}` (feelers, the form-js templates).

A template is parsed once into nested parts and cached.  Rendering is bounded:
at most `MAX_ROUNDS` rounds of loops and `MAX_OUTPUT` characters, the rest is cut.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from bpmn.forms.messages import Problem, problem

MAX_NESTING = 10
MAX_ROUNDS = 1_000
MAX_OUTPUT = 100_000

_TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


class TemplateRefused(ValueError):
    """The template is malformed; what is wrong is in its `problem`."""

    def __init__(self, what: Problem) -> None:
        super().__init__(what.message("en"))
        self.problem = what


@dataclass(frozen=True, slots=True)
class Insert:
    """A place where the value of an expression is shown."""

    source: str


@dataclass(frozen=True, slots=True)
class Block:
    """`if` or `loop` over an expression, with the parts inside."""

    kind: str
    source: str
    parts: tuple["Part", ...]


Part = str | Insert | Block


@lru_cache(maxsize=1024)
def parse_template(text: str) -> tuple[Part, ...]:
    """Read a template.

    Raises:
        TemplateRefused: an unknown, unclosed or surplus block, or blocks nested too deeply.
    """
    stack: list[tuple[str, str, list[Part]]] = [("", "", [])]
    at = 0
    for tag in _TAG.finditer(text):
        if tag.start() > at:
            stack[-1][2].append(text[at : tag.start()])
        at = tag.end()
        inside = tag[1].strip()
        if inside.startswith("#"):
            kind, _, source = inside[1:].partition(" ")
            if kind not in ("if", "loop") or len(stack) > MAX_NESTING:
                raise TemplateRefused(problem("template.block", text=tag[0]))
            stack.append((kind, source.strip(), []))
        elif inside.startswith("/"):
            kind, source, parts = stack[-1]
            if inside[1:].strip() != kind or len(stack) == 1:
                raise TemplateRefused(problem("template.close", text=tag[0]))
            stack.pop()
            stack[-1][2].append(Block(kind, source, tuple(parts)))
        else:
            stack[-1][2].append(Insert(inside))
    if len(stack) > 1:
        raise TemplateRefused(problem("template.open", text="{{#" + stack[-1][0] + "}}"))
    stack[0][2].append(text[at:])
    return tuple(stack[0][2])


def template_sources(parts: tuple[Part, ...], *, in_loop: bool = False) -> list[tuple[str, bool]]:
    """List the expressions of a template, each with whether it stands inside a loop."""
    found: list[tuple[str, bool]] = []
    for part in parts:
        if isinstance(part, Insert):
            found.append((part.source, in_loop))
        elif isinstance(part, Block):
            found.append((part.source, in_loop))
            found += template_sources(part.parts, in_loop=in_loop or part.kind == "loop")
    return found
