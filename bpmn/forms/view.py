"""Turn a form, the process's variables and what was typed into a `FormView`.

What a person typed is shown exactly as typed, right or wrong, until it is
submitted without errors; only a rest that cannot be read (an oversized post)
is not shown again.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any

from bpmn.forms.evaluation import Functions
from bpmn.forms.fields import Fields
from bpmn.forms.messages import say
from bpmn.forms.schema import Form
from bpmn.forms.sources import Nothing, Posted
from bpmn.forms.submission import is_oversized
from bpmn.forms.tree import evaluator_for, grow, settle
from bpmn.forms.views import ErrorView, FormView

Translate = Callable[[str], str]


def view(
    form: Form,
    variables: Mapping[str, Any],
    *,
    posted: Mapping[str, list[str]] | None = None,
    errors: Mapping[str, str] | None = None,
    language: str = "ru",
    translate: Translate = str,
    now: datetime | None = None,
    zone: tzinfo | None = None,
    functions: Functions | None = None,
    files: Mapping[str, Any] | None = None,
) -> FormView:
    """Lay out *form* for a page.

    *posted* and *errors* come from a submission that was not accepted, or from a preview; row buttons in
    *posted* are carried out.  *translate* is applied to every text of the definition.  *files* gives names
    to file references.
    """
    evaluator = evaluator_for(form, variables, now=now, zone=zone, language=language, functions=functions)
    readable = posted is not None and not is_oversized(posted)
    tree = grow(form, variables, Posted(posted) if readable and posted is not None else Nothing(), evaluator)
    settle(tree, evaluator)
    made = Fields(
        evaluator,
        errors=errors or {},
        translate=translate,
        files=files or {},
        form=form,
        pressed=posted.keys() if readable and posted is not None else (),
    )
    result = FormView(name=form.name, language=language)
    result.lines = made.lines(tree.nodes)
    result.buttons = made.buttons(tree)
    result.has_rows, result.has_files = made.has_rows, made.has_files
    result.rerenders, result.own_buttons = made.rerenders, made.own_buttons
    result.errors = _error_views(errors or {}, made)
    add_errors(result, ())
    return result


def add_errors(view: FormView, beside: Iterable[tuple[str, str, str]]) -> None:
    """Add what is wrong beside the form to its summary: HTML id, label and message of each."""
    view.errors += [ErrorView(*one) for one in beside]
    view.summary = say("word.summary", view.language, n=len(view.errors)) if view.errors else ""


def _error_views(errors: Mapping[str, str], made: Fields) -> list[ErrorView]:
    """Order the errors as the fields stand on the page; those of no visible field come first."""
    order = {name: place for place, name in enumerate(made.seen)}
    named = sorted(errors.items(), key=lambda item: order.get(item[0], -1))
    return [ErrorView(*made.seen.get(path, ("", "")), message) for path, message in named]
