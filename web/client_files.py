"""Files that come with a form: kept first, so that the form gets references and never the bytes."""

from collections.abc import Iterator

from flask import Request

from bpmn.actors import Actor
from web.current import current_engine
from web.i18n import language

Posted = dict[str, list[str]]


def kept_uploads(request: Request, by: Actor) -> tuple[Posted, dict[str, str]]:
    """Return the posted fields and what is wrong with the files among them.

    Every uploaded file is kept and stands under its field as a reference; one that may not be attached is an
    error of its field.
    """
    posted: Posted = request.form.to_dict(flat=False)
    if not any(upload.filename for upload in request.files.values()):
        return posted, {}
    kept = current_engine().uploads.keep(_files(request), by=by, language=language())
    for name, references in kept.references.items():
        posted.setdefault(name, []).extend(references)
    return posted, kept.errors


def _files(request: Request) -> Iterator[tuple[str, str, bytes]]:
    for name, uploads in request.files.lists():
        for upload in uploads:
            if upload.filename:
                yield name, upload.filename, upload.read()
