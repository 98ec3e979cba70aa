"""What the modeler asks while somebody draws: problems, expressions, times, people, scripts, previews."""

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response, abort, jsonify, render_template
from flask_babel import format_datetime

from bpmn import forms
from bpmn.advice import PLACES
from bpmn.lint.problem import Problem
from handlers import texts
from handlers.text_sandbox import TextEnvironment, Words
from web.current import current_actor, current_config, current_engine
from web.i18n import language
from web.modeler import templates
from web.modeler.place import asked, blueprint, drawers, fetched, text_of

_SEVERITIES = {"error": 0, "warning": 1, "info": 2}
MAX_SCRIPT_VALUES = 100_000


def _files(draft_id: int, body: dict[str, object]) -> dict[str, bytes]:
    """Return the draft's files with those that the page has not saved yet laid over."""
    stored = dict(current_engine().drafts.open(draft_id, by=current_actor()).files)
    changed = body.get("files", {})
    if not isinstance(changed, dict):
        abort(400)
    for path, content in changed.items():
        if content is None:
            stored.pop(path, None)
        elif isinstance(content, str):
            stored[path] = content.encode("utf-8", "surrogatepass")
        else:
            abort(400)
    return stored


@blueprint.post("/<int:draft_id>/check")
@fetched
def check(draft_id: int) -> Response:
    found = current_engine().advice.check(_files(draft_id, asked()))
    ordered = sorted(
        found.problems, key=lambda one: (_SEVERITIES.get(one.severity, 3), one.file, one.line or 0)
    )
    return jsonify(
        problems=[_problem(one) for one in ordered],
        variables=found.variables,
        decisions=[{"id": key, "name": name} for key, name in found.decisions],
        processes=[{"key": key, "name": name} for key, name in found.processes],
    )


def _problem(one: Problem) -> dict[str, object]:
    return {
        "file": one.file,
        "element": one.element,
        "rule": one.rule,
        "severity": one.severity,
        "message": one.message(language()),
        "line": one.line,
    }


@blueprint.post("/expression")
@fetched
def expression() -> Response:
    body = asked()
    place, known = text_of(body, "place"), body.get("known", [])
    if place not in PLACES or not isinstance(known, list):
        abort(400)
    found = current_engine().advice.expression(
        text_of(body, "text"), place=place, known=frozenset(map(str, known[:2000])), language=language()
    )
    return jsonify(
        language=found.language,
        error=found.error,
        line=found.line,
        column=found.column,
        names=found.names,
        unknown=found.unknown,
    )


@blueprint.post("/times")
@fetched
def times() -> Response:
    body = asked()
    kind = text_of(body, "kind")
    if kind not in ("date", "duration", "cycle", "due"):
        abort(400)
    found = current_engine().advice.times(text_of(body, "text"), kind=kind, language=language())
    return jsonify(
        error=found.error,
        dates=[format_datetime(moment, "EEEE, d MMMM y, HH:mm") for moment in found.dates],
        endless=found.endless,
        later=found.later,
    )


@blueprint.post("/receivers")
@fetched
def receivers() -> Response:
    body = asked()
    found = current_engine().advice.receivers(
        assignee=text_of(body, "assignee"),
        groups=text_of(body, "groups"),
        users=text_of(body, "users"),
        language=language(),
    )
    return jsonify(people=found.people, later=found.later, unknown=found.unknown)


@blueprint.post("/script")
@fetched
def script() -> Response:
    """Try a script in the sandbox with the given values."""
    body = asked()
    try:
        values: Any = orjson.loads(text_of(body, "values", MAX_SCRIPT_VALUES) or "{}")
    except orjson.JSONDecodeError as error:
        return jsonify(error=f"JSON: {error}", line=None, variables={})
    if not isinstance(values, dict):
        return jsonify(error="JSON: {…}", line=None, variables={})
    found = current_engine().advice.try_script(
        text_of(body, "source"), script_format=text_of(body, "format"), variables=values, language=language()
    )
    return jsonify(
        error=found.error,
        line=found.line,
        variables={name: _shown(value) for name, value in found.variables.items()},
    )


def _shown(value: Any) -> str:
    return orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode()


@blueprint.post("/form-preview")
@fetched
def form_preview() -> Response:
    """Show a form as people will see it; nothing of it is saved."""
    body = asked()
    engine = current_engine()
    try:
        shown = forms.view(
            forms.parse(text_of(body, "source", 1_000_000).encode(), name="preview"),
            {},
            language=language(),
            **engine.runtime.form_settings(),
        )
    except forms.FormRefused as error:
        return jsonify(error=error.message_ru if language() == "ru" else error.message_en, html="")
    return jsonify(error="", html=render_template("modeler/_form.html", form=shown))


@blueprint.post("/<int:draft_id>/text-preview")
@fetched
def text_preview(draft_id: int) -> Response:
    """Show a text filled with the given values."""
    body = asked()
    path = text_of(body, "path")
    key, _dot, spoken = path.removeprefix("texts/").removesuffix(".md").rpartition(".")
    try:
        values: Any = orjson.loads(text_of(body, "values", MAX_SCRIPT_VALUES) or "{}")
    except orjson.JSONDecodeError as error:
        return jsonify(error=f"JSON: {error}", html="", subject="")
    if not isinstance(values, dict):
        return jsonify(error="JSON: {…}", html="", subject="")
    source = text_of(body, "source", 1_000_000).encode()
    try:
        rendered = texts.render(
            _OneText(path, source),
            key,
            spoken,
            _Example(values),
            link="https://example.org/",
            zone=current_config().zone,
        )
    except texts.TextFailed as error:
        return jsonify(error=str(error), html="", subject="")
    return jsonify(error="", html=rendered.html, subject=rendered.subject)


class _Example(dict[str, Any]):
    """Values for a preview: a name that the author gave no value stands for itself, a request is made up."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        now = current_engine().now()
        request = {
            "number": "ПО-2026-00042", "subject": "…", "status": "…", "stage": "…", "amount": 100000, "currency": "RUB",
            "created_at": now, "due_at": now, "language": language(), "requester": "…", "priority": 50,
        }  # fmt: skip
        super().__init__({"request": request, **given})
        self._ours = TextEnvironment(Words("ru", current_config().zone), str).globals

    def __missing__(self, name: str) -> str:
        return f"«{name}»"

    def __contains__(self, name: object) -> bool:
        return dict.__contains__(self, name) or name not in self._ours


class _OneText:
    """A bundle with one file."""

    def __init__(self, path: str, content: bytes) -> None:
        self._path, self._content = path, content

    def file(self, path: str) -> bytes | None:
        return self._content if path == self._path else None


@blueprint.get("/element-templates.json")
@drawers
def element_templates() -> Response:
    """Offer the handlers as element templates of the desktop Camunda Modeler."""
    response = jsonify(templates.of(current_engine().registry.catalogue(), language()))
    response.headers["Content-Disposition"] = 'attachment; filename="marshrut-templates.json"'
    return response
