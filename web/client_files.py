"""Files that come with a form: stored first, so that the form gets references and never the bytes."""

from flask import Request

from web.current import current_storage


def kept_uploads(request: Request) -> dict[str, list[str]]:
    """Return the posted fields; every uploaded file is stored and stands under its field as a reference."""
    posted = request.form.to_dict(flat=False)
    for name, uploads in request.files.lists():
        for upload in uploads:
            if not upload.filename:
                continue
            stored = current_storage().files.put(upload.read(), upload.mimetype or "application/octet-stream")
            posted.setdefault(name, []).append(stored.hash)
    return posted
