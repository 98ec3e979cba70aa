"""`/api/v1/jobs`: programs in any language fetch jobs of external topics and answer them."""

import dataclasses
from typing import TypeVar, cast

from flask import Blueprint, Response, current_app, request
from flask_babel import gettext as _

from bpmn.errors import NotAllowed
from bpmn.external import Fetched, LeaseGone
from bpmn.spiff.errors import ExecutionError
from web.api import encoding, models
from web.api.access import current_token, token_required
from web.api.long_poll import LongPoll
from web.api.problems import refuse
from web.current import current_engine
from web.security import csrf

T = TypeVar("T")

blueprint = Blueprint("api_jobs", __name__, url_prefix="/api/v1/jobs")
csrf.exempt(blueprint)


@blueprint.post("/fetch")
@token_required("jobs")
def fetch() -> Response:
    wanted = _body(models.Fetch)
    token = current_token()
    for topic in wanted.topics:
        if not token.covers(topic):
            raise NotAllowed(
                f"the token does not cover the topic {topic!r}", reason="token.topic", topic=topic
            )
    engine = current_engine()

    def look() -> list[Fetched]:
        return engine.external.fetch(
            topics=wanted.topics, owner=_owner(wanted.worker), most=wanted.max_jobs,
            lease_s=wanted.lease_s, variables=wanted.variables,
        )  # fmt: skip

    found = long_poll().first(look, wanted.wait_s)
    return _answer(models.Fetched([_job(one) for one in found]))


@blueprint.post("/<int(max=9223372036854775807):job_id>/complete")
@token_required("jobs")
def complete(job_id: int) -> Response:
    body = _body(models.Complete)
    answer = current_engine().external.complete(
        job_id=job_id, lease=body.lease, owner=_owner(body.worker), variables=body.variables
    )
    return _answer(models.Outcome(**answer))


@blueprint.post("/<int(max=9223372036854775807):job_id>/fail")
@token_required("jobs")
def fail(job_id: int) -> Response:
    body = _body(models.Fail)
    answer = current_engine().external.fail(
        job_id=job_id, lease=body.lease, owner=_owner(body.worker), message=body.message,
        retries=body.retries, retry_after_s=body.retry_after_s,
    )  # fmt: skip
    return _answer(models.Outcome(**answer))


@blueprint.post("/<int(max=9223372036854775807):job_id>/error")
@token_required("jobs")
def throw(job_id: int) -> Response:
    body = _body(models.Throw)
    answer = current_engine().external.throw(
        job_id=job_id, lease=body.lease, owner=_owner(body.worker), error=body.error,
        message=body.message, variables=body.variables,
    )  # fmt: skip
    return _answer(models.Outcome(**answer))


@blueprint.post("/<int(max=9223372036854775807):job_id>/extend")
@token_required("jobs")
def extend(job_id: int) -> Response:
    body = _body(models.Extend)
    until = current_engine().external.extend(
        job_id=job_id, lease=body.lease, owner=_owner(body.worker), lease_s=body.lease_s
    )
    return _answer(models.Extended(encoding.moment(until)))


@blueprint.errorhandler(models.BodyRefused)
def _refused(error: models.BodyRefused) -> Response:
    return refuse(
        400, error.code, _("The body is not as it must be"),
        _("Nothing was changed. The members that are wrong are listed under errors."), errors=error.errors,
    )  # fmt: skip


@blueprint.errorhandler(LeaseGone)
def _gone(error: LeaseGone) -> Response:
    titles = {
        "taken": _("Another program has this job now"),
        "answered": _("Under this lease something else was answered before"),
        "gone": _("The job is no longer there: it was done, or its request went another way"),
    }
    return refuse(
        409, error.code, titles[error.state],
        _("Nothing was changed. Forget this job and fetch again."), state=error.state,
    )  # fmt: skip


@blueprint.errorhandler(ExecutionError)
def _impossible(error: ExecutionError) -> Response:
    return refuse(422, error.code, _("This cannot be done"), error.message)


def long_poll() -> LongPoll:
    return cast(LongPoll, current_app.extensions["marshrut.long_poll"])


def _body(kind: type[T]) -> T:
    return models.read(kind, request.get_data(cache=False))


def _owner(worker: str) -> str:
    return f"external/{current_token().id}/{worker}"


def _answer(body: object) -> Response:
    return Response(encoding.dump(dataclasses.asdict(body)), mimetype="application/json")  # type: ignore[call-overload]


def _job(found: Fetched) -> models.Job:
    row = found.row
    assert row.lease_until is not None
    return models.Job(
        id=str(row.id),
        topic=row.handler or "",
        lease=found.lease,
        leased_until=encoding.moment(row.lease_until),
        key=row.idempotency_key,
        attempt=row.attempt,
        retries_left=row.retries_left,
        priority=row.priority,
        element_id=row.element_id,
        element_name=found.element_name,
        request=models.RequestOut(str(row.instance_id), found.number, found.subject),
        process=models.ProcessOut(found.process_key, found.process_version),
        parameters=dict(found.parameters),
        variables=dict(found.variables),
    )
