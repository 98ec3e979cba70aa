"""Files of requests: documents are opened or downloaded by signed-in people, byte for byte as stored."""

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from storage.models import File
from storage.queries import requests as queries
from web.current import current_storage, login_required
from web.file_names import name_file

blueprint = Blueprint("documents", __name__, url_prefix="/documents")

_SHOWN_IN_BROWSER = frozenset({"application/pdf", "image/png", "image/jpeg", "image/webp"})


@blueprint.get("/<int:document_id>")
@login_required
def show(document_id: int) -> ResponseReturnValue:
    """Send the file: kinds that browsers show safely are opened, others are downloaded."""
    with current_storage().read() as connection:
        row = queries.document(connection, document_id)
        if row is None or row.file_hash is None:
            abort(404)
        media_type = connection.scalar(select(File.media_type).where(File.hash == row.file_hash))
    if request.if_none_match.contains(row.file_hash):
        return Response(status=304)
    response = Response(
        current_storage().files.open(row.file_hash), mimetype=media_type or "application/octet-stream"
    )
    shown = media_type in _SHOWN_IN_BROWSER and not request.args.get("download")
    name_file(response, "inline" if shown else "attachment", row.file_name or str(row.id))
    response.set_etag(row.file_hash)
    response.headers["Cache-Control"] = "private, no-cache"
    # A stored file never runs anything of its own, whatever it claims to be.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; frame-ancestors 'self'; style-src 'unsafe-inline'; sandbox"
    )
    if media_type == "application/pdf":
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; frame-ancestors 'self'; object-src 'self'; plugin-types application/pdf"
        )
    return response
