"""Pages about processes: the list, one process, its files, uploading, putting in force and withdrawing.

Analysts and administrators look; only administrators change (the engine decides, these views only ask).
"""

import os
from collections.abc import Iterator

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from bpmn.errors import DeploymentRefused
from web import process_files, process_pages
from web.current import current_actor, current_engine, current_storage, roles_required
from web.process_words import problem_lines, upload_refusal
from web.uploads import MAX_UPLOAD, UploadRefused, collect

blueprint = Blueprint("processes", __name__, url_prefix="/processes")

REQUEST_LIMIT = 5 * MAX_UPLOAD
"""Bytes of a whole upload request, received to disk: far above the limit of the files, so that too large ones
are refused in words and not by a broken connection."""


@blueprint.url_value_preprocessor
def _allow_bundles(endpoint: str | None, values: dict[str, object] | None) -> None:
    if endpoint == "processes.upload":
        request.max_content_length = REQUEST_LIMIT


@blueprint.get("")
@roles_required("analyst", "administrator")
def index() -> str:
    return render_template("processes/list.html", processes=process_pages.lines(), process=None)


@blueprint.get("/<key>")
@roles_required("analyst", "administrator")
def show(key: str) -> str:
    return _page(key, None)


@blueprint.get("/<key>/versions/<int:number>")
@roles_required("analyst", "administrator")
def version(key: str, number: int) -> str:
    return _page(key, number)


def _page(key: str, number: int | None) -> str:
    page = process_pages.passport(key, number)
    if page is None:
        abort(404)
    return render_template("processes/list.html", processes=process_pages.lines(), process=page)


@blueprint.get("/<key>/versions/<int:number>/files/<path:path>")
@roles_required("analyst", "administrator")
def file(key: str, number: int, path: str) -> ResponseReturnValue:
    process = process_pages.version_of(key, number)
    if process is None:
        abort(404)
    content = process_pages.content(process, path)
    if content is None:
        abort(404)
    if request.args.get("download"):
        return process_files.download(path, content)
    page = process_files.page(current_engine(), process, path, content)
    return render_template("processes/file.html", process=process, file=page)


@blueprint.get("/upload")
@roles_required("administrator")
def deploy() -> str:
    return _deploy_page()


@blueprint.post("/upload")
@roles_required("administrator")
def upload() -> ResponseReturnValue:
    note, activate = request.form.get("note", "")[:500], bool(request.form.get("activate"))
    try:
        bundle = collect(_files())
        deployed = current_engine().deployments.deploy(
            bundle, by=current_actor(), source="upload", note=note, activate=activate
        )
    except UploadRefused as error:
        return _deploy_page(refused=upload_refusal(error), note=note, activate=activate), 422
    except DeploymentRefused as error:
        refused = process_pages.Refusal(
            _("The upload cannot run and was not kept"),
            _("Mend what is marked below and upload again. Nothing has changed."),
        )
        problems = problem_lines(error.problems)
        return _deploy_page(refused=refused, problems=problems, note=note, activate=activate), 422
    return _deploy_page(
        deployed=process_pages.deployed_page(deployed), problems=problem_lines(deployed.problems)
    )


def _files() -> Iterator[tuple[str, bytes]]:
    """Yield the uploaded files; one that is too large is refused before it is read into memory."""
    for upload in request.files.getlist("files"):
        if not upload.filename:
            continue
        size = upload.stream.seek(0, os.SEEK_END)
        upload.stream.seek(0)
        if size > MAX_UPLOAD:
            raise UploadRefused("upload.too_large", upload.filename, limit=MAX_UPLOAD)
        yield upload.filename, upload.read()


def _deploy_page(**values: object) -> str:
    defaults: dict[str, object] = {
        "refused": None, "deployed": None, "problems": [], "note": "", "activate": False,
        "limit": process_pages.megabytes(MAX_UPLOAD), "limit_bytes": MAX_UPLOAD,
    }  # fmt: skip
    return render_template("processes/deploy.html", **{**defaults, **values})


@blueprint.get("/versions/<int:definition_id>/activate")
@roles_required("administrator")
def confirm_activation(definition_id: int) -> ResponseReturnValue:
    return redirect(url_for("activation.show", definition_id=definition_id), code=303)


@blueprint.get("/versions/<int:definition_id>/retire")
@roles_required("administrator")
def confirm_retirement(definition_id: int) -> str:
    return render_template(
        "processes/confirm.html", ask=process_pages.retirement(definition_id) or abort(404)
    )


@blueprint.post("/versions/<int:definition_id>/retire")
@roles_required("administrator")
def retire(definition_id: int) -> ResponseReturnValue:
    current_engine().deployments.retire(definition_id=definition_id, by=current_actor())
    return _changed(definition_id, _("The version is withdrawn: no new request starts on it."))


def _changed(definition_id: int, message: str) -> ResponseReturnValue:
    flash(message)
    key = process_pages.key_of(current_storage(), definition_id)
    return redirect(url_for(".show", key=key) if key else url_for(".index"), code=303)
