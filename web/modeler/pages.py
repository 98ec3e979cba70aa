"""Pages of drafts: the list, one draft in the modeler, its history, making a version of it."""

from flask import Response, flash, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from bpmn.blank import blank_bundle
from bpmn.errors import DeploymentRefused
from web import process_pages
from web.current import current_actor, current_engine
from web.i18n import language
from web.modeler import config, packing
from web.modeler.place import DRAWING_CSP, blueprint, drawers
from web.process_words import problem_lines


@blueprint.get("")
@drawers
def index() -> str:
    return render_template("modeler/list.html", drafts=current_engine().drafts.all(by=current_actor()))


@blueprint.post("")
@drawers
def create() -> ResponseReturnValue:
    """Begin a draft: of a version of a process, or of nothing with the given name."""
    definition_id = request.form.get("definition_id", type=int)
    name = request.form.get("name", "").strip()
    drafts = current_engine().drafts
    if definition_id is not None:
        bundle = current_engine().deployments.bundle(definition_id)
        title = bundle.translate(bundle.definition.name, language())
        draft_id = drafts.create(name=name or title, by=current_actor(), definition_id=definition_id)
    elif name:
        draft_id = drafts.create(name=name, by=current_actor(), files=blank_bundle(name))
    else:
        flash(_("Name the process first."), "error")
        return redirect(url_for(".index"), code=303)
    return redirect(url_for(".show", draft_id=draft_id), code=303)


@blueprint.get("/<int:draft_id>")
@drawers
def show(draft_id: int) -> Response:
    opened = current_engine().drafts.open(draft_id, by=current_actor())
    page = make_response(
        render_template("modeler/draft.html", draft=opened.row, config=config.of_page(opened))
    )
    page.headers["Content-Security-Policy"] = DRAWING_CSP
    return page


@blueprint.get("/<int:draft_id>/history")
@drawers
def history(draft_id: int) -> str:
    drafts = current_engine().drafts
    opened = drafts.open(draft_id, by=current_actor())
    return render_template(
        "modeler/history.html", draft=opened.row, entries=drafts.history(draft_id, by=current_actor())
    )


@blueprint.post("/<int:draft_id>/history/<int:number>/restore")
@drawers
def restore(draft_id: int, number: int) -> ResponseReturnValue:
    current_engine().drafts.restore(draft_id, number, by=current_actor())
    flash(_("The draft is as it was then. What it was before is in the history."))
    return redirect(url_for(".show", draft_id=draft_id), code=303)


@blueprint.get("/<int:draft_id>/history/<int:number>.zip")
@drawers
def download_entry(draft_id: int, number: int) -> Response:
    files = current_engine().drafts.files_at(draft_id, number, by=current_actor())
    return _archive(files, f"draft-{draft_id}-{number}.zip")


@blueprint.get("/<int:draft_id>/draft.zip")
@drawers
def download(draft_id: int) -> Response:
    opened = current_engine().drafts.open(draft_id, by=current_actor())
    return _archive(opened.files, f"draft-{draft_id}.zip")


def _archive(files: dict[str, bytes], name: str) -> Response:
    return send_file(packing.pack(files), mimetype="application/zip", as_attachment=True, download_name=name)


@blueprint.post("/<int:draft_id>/rename")
@drawers
def rename(draft_id: int) -> ResponseReturnValue:
    current_engine().drafts.rename(draft_id, request.form.get("name", ""), by=current_actor())
    return redirect(url_for(".index"), code=303)


@blueprint.post("/<int:draft_id>/remove")
@drawers
def remove(draft_id: int) -> ResponseReturnValue:
    current_engine().drafts.remove(draft_id, by=current_actor())
    flash(_("The draft is removed from the list. Nothing of it was deleted."))
    return redirect(url_for(".index"), code=303)


@blueprint.get("/<int:draft_id>/version")
@drawers
def propose(draft_id: int) -> str:
    return _version_page(draft_id)


@blueprint.post("/<int:draft_id>/version")
@drawers
def store(draft_id: int) -> ResponseReturnValue:
    """Check the draft and store it as the next version; it takes effect when somebody puts it in force."""
    engine, note = current_engine(), request.form.get("note", "").strip()[:500]
    opened = engine.drafts.open(draft_id, by=current_actor())
    try:
        deployed = engine.deployments.deploy(opened.files, by=current_actor(), source="modeler", note=note)
    except DeploymentRefused as error:
        return _version_page(draft_id, refused=True, problems=error.problems, note=note), 422
    if not deployed.unchanged:
        named = ", ".join(f"{ref.key} {ref.version}" for ref in deployed.definitions)
        engine.drafts.stored(draft_id, by=current_actor(), version=named)
    return _version_page(draft_id, deployed=deployed, problems=deployed.problems)


def _version_page(draft_id: int, **values: object) -> str:
    engine = current_engine()
    opened = engine.drafts.open(draft_id, by=current_actor())
    deployed = values.get("deployed")
    problems = values.get("problems")
    if problems is None:
        problems = engine.advice.check(opened.files).problems
    lines = problem_lines(problems)  # type: ignore[arg-type]
    return render_template(
        "modeler/version.html",
        draft=opened.row,
        problems=lines,
        errors=sum(line.tone == "is-late" for line in lines),
        refused=values.get("refused", False),
        note=values.get("note", ""),
        deployed=process_pages.deployed_page(deployed) if deployed is not None else None,
        unchanged=getattr(deployed, "unchanged", False),
    )
