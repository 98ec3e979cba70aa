"""The files of a draft over HTTP: read, saved with the tag of what the author saw, taken away.

A tag travels as ETag and comes back as If-Match (RFC 9110 §13.1.1); a file that must not be there yet is saved
with If-None-Match: *.
"""

from flask import Response, abort, jsonify, make_response, request
from flask_wtf.csrf import generate_csrf

from bpmn.drafts import DraftConflict, Drafts, DraftTooLarge
from bpmn.errors import NotFound
from web.current import current_actor, current_engine
from web.modeler import config
from web.modeler.place import blueprint, fetched, refusal
from web.uploads import UploadRefused, safe_path


@blueprint.get("/<int:draft_id>/files/<path:path>")
@fetched
def read(draft_id: int, path: str) -> Response:
    opened = _drafts().open(draft_id, by=current_actor())
    if path not in opened.files:
        return refusal(404, "no_file")
    response = make_response(opened.files[path])
    response.mimetype = "application/octet-stream"
    response.set_etag(opened.tags[path])
    return response


@blueprint.put("/<int:draft_id>/files/<path:path>")
@fetched
def save(draft_id: int, path: str) -> Response:
    return _save(draft_id, path, request.get_data(cache=False))


@blueprint.delete("/<int:draft_id>/files/<path:path>")
@fetched
def take_away(draft_id: int, path: str) -> Response:
    return _save(draft_id, path, None)


def _save(draft_id: int, path: str, content: bytes | None) -> Response:
    try:
        clean = safe_path(path)
    except UploadRefused:
        return refusal(400, "bad_path")
    if not request.if_match and not request.if_none_match:
        return refusal(428, "no_tag")
    base = next(iter(request.if_match.as_set()), None) if request.if_match else None
    try:
        saved = _drafts().save(
            draft_id,
            clean,
            content,
            base=base,
            by=current_actor(),
            overwrite=request.args.get("overwrite") == "1",
        )
    except DraftConflict as error:
        return refusal(409, "conflict", by=error.by, at=error.at.isoformat(), tag=error.tag)
    except DraftTooLarge:
        return refusal(413, "too_large")
    except NotFound:
        return refusal(404, "no_draft")
    response = jsonify(tag=saved.tag, number=saved.number, at=saved.at.isoformat())
    if saved.tag:
        response.set_etag(saved.tag)
    return response


@blueprint.get("/<int:draft_id>/state")
@fetched
def state(draft_id: int) -> Response:
    """Say what stands now, who else is here, and a fresh token for somebody who signed in again."""
    tab = request.args.get("tab", "")[:64]
    if not tab:
        abort(400)
    drafts = _drafts()
    others = drafts.visit(draft_id, tab=tab, by=current_actor())
    opened = drafts.open(draft_id, by=current_actor())
    return jsonify(
        files=config.files(opened),
        others=[{"name": one.name, "me": one.user_id == current_actor().id} for one in others],
        csrf=generate_csrf(),
    )


@blueprint.post("/<int:draft_id>/leave")
@fetched
def leave(draft_id: int) -> Response:
    _drafts().leave(draft_id, tab=request.form.get("tab", "")[:64], by=current_actor())
    return Response(status=204)


def _drafts() -> Drafts:
    return current_engine().drafts
