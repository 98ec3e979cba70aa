"""Programs fetch jobs over HTTP and answer them: who may, what is refused, what a repeat gets."""

import threading
import time
from decimal import Decimal

import orjson
import pytest

from bpmn.actors import Actor
from tests.engine.kit import END, START, chain, document, job
from web.api import tokens
from web.api.long_poll import LongPoll

RESERVE = document(
    '<bpmn:process id="request" name="Request" isExecutable="true">'
    + START + job("reserve", topic="erp.reserve") + END + chain("start", "reserve", "end") + "</bpmn:process>"
)  # fmt: skip


@pytest.fixture
def secret(services):
    return tokens.create(
        services.storage, name="erp", scopes=["jobs"], topics=["erp.*"], now=services.now(), days=30
    )


@pytest.fixture
def call(app, secret):
    """Post a JSON body with the token; returns (status, body)."""

    def call(path, body=None, *, token=secret, language="en", raw=None):
        headers = {"Accept-Language": language}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        content = raw if raw is not None else orjson.dumps(body or {})
        response = app.test_client().post(f"/api/v1/jobs/{path}", data=content, headers=headers)
        call.headers = response.headers
        return response.status_code, orjson.loads(response.data)

    return call


@pytest.fixture
def start(engine):
    engine.registry.external_topics = ("erp.*",)
    engine.deployments.deploy({"request.bpmn": RESERVE}, by=Actor.system(), activate=True)

    def start(**variables):
        return engine.instances.start(key="request", variables=variables, by=Actor.system()).instance_id

    return start


FETCH = {"worker": "w1", "topics": ["erp.reserve"]}


def fetch_one(call, **more):
    status, body = call("fetch", {**FETCH, **more})
    assert status == 200, body
    (found,) = body["jobs"]
    return found


def test_a_program_fetches_a_job_and_completes_it(call, start, engine):
    request_id = start(amount=Decimal("10.10"), kept="unseen")
    found = fetch_one(call, variables=["amount"])

    status, answer = call(
        f"{found['id']}/complete",
        raw=b'{"worker": "w1", "lease": %d, "variables": {"price": 0.1}}' % found["lease"],
    )

    assert (found["topic"], found["attempt"], found["process"]) == (
        "erp.reserve",
        1,
        {"key": "request", "version": 1},
    )
    assert found["variables"] == {"amount": 10.1}
    assert found["request"]["id"] == str(request_id)
    assert (status, answer["outcome"]) == (200, "completed")
    assert engine.instances.variables(request_id)["price"] == Decimal("0.1")


def test_the_same_answer_is_replied_again_and_a_late_one_refused_with_words(call, start, clock):
    start()
    found = fetch_one(call)
    body = {"worker": "w1", "lease": found["lease"]}
    first = call(f"{found['id']}/complete", body)

    assert call(f"{found['id']}/complete", body) == first

    start()
    old = fetch_one(call)
    clock.advance(seconds=61)
    fetch_one(call, worker="w2")
    status, problem = call(f"{old['id']}/complete", {"worker": "w1", "lease": old["lease"]}, language="ru")
    assert (status, problem["code"], problem["state"]) == (409, "job.lease_gone", "taken")
    assert problem["title"] == "Это задание теперь у другой программы"
    assert call.headers["Content-Type"] == "application/problem+json"


def test_failing_throwing_and_extending_are_answered(call, start, clock):
    start()
    found = fetch_one(call)
    under = {"worker": "w1", "lease": found["lease"]}

    status, extended = call(f"{found['id']}/extend", {**under, "lease_s": 300})
    assert (status, list(extended)) == (200, ["leased_until"])
    status, answer = call(
        f"{found['id']}/fail", {**under, "message": "down", "retries": 2, "retry_after_s": 60}
    )
    assert (status, answer["outcome"], answer["retries_left"]) == (200, "retry", 1)

    clock.advance(seconds=61)
    found = fetch_one(call)
    status, answer = call(f"{found['id']}/error", {"worker": "w1", "lease": found["lease"], "error": "E1"})
    assert (status, answer["outcome"]) == (200, "incident")


def test_only_a_valid_token_of_the_scope_and_the_topic_gets_in(call, services, clock):
    assert call("fetch", FETCH, token=None)[0] == 401
    assert call("fetch", FETCH, token="mrt_wrong")[1]["code"] == "token.invalid"
    assert "Bearer" in call.headers["WWW-Authenticate"]
    other = tokens.create(services.storage, name="m", scopes=["metrics"], topics=[], now=clock())
    assert call("fetch", FETCH, token=other)[0] == 403
    assert call("fetch", {**FETCH, "topics": ["crm.mail"]})[0] == 403

    clock.advance(days=31)
    assert call("fetch", FETCH)[0] == 401


def test_a_revoked_token_is_out_at_once(call, services, clock):
    assert call("fetch", FETCH)[0] == 200

    assert tokens.revoke(services.storage, name="erp", now=clock())

    assert call("fetch", FETCH)[0] == 401
    assert not tokens.revoke(services.storage, name="erp", now=clock())


def test_only_the_hash_of_a_secret_is_stored(services, secret, storage):
    content = (services.config.data / "test.db").read_bytes() + (
        services.config.data / "test.db-wal"
    ).read_bytes()

    assert secret.encode() not in content
    assert secret.removeprefix("mrt_").encode() not in content


@pytest.mark.parametrize(
    ("raw", "wrong"),
    [
        (b"{", ""), (b"[]", ""), (b'{"a": NaN}', ""), (b"[" * 100_000, ""), (b"\xff", ""), (b'{"lease_s": 1e400}', "lease_s"),
        (b"{}", "topics"), (b'{"topics": "x"}', "topics"), (b'{"topics": [1]}', "topics"), (b'{"topics": []}', "topics"),
        (b'{"max_jobs": true}', "max_jobs"), (b'{"max_jobs": 1000}', "max_jobs"), (b'{"worker": "a b"}', "worker"),
        (b'{"surprise": 1}', "surprise"), (b'{"lease_s": 1' + b"0" * 5000 + b"}", ""),
    ],
)  # fmt: skip
def test_a_body_that_is_wrong_is_refused_with_every_member_named(call, raw, wrong):
    status, problem = call("fetch", raw=raw)

    assert (status, problem["code"]) == (400, "body.invalid")
    assert wrong in problem["errors"]


@pytest.mark.parametrize("job_id", ["1", str(2**63 - 1), str(2**63), "-1", "x"])
def test_a_job_that_never_was_is_refused(call, job_id):
    status, problem = call(f"{job_id}/complete", {"worker": "w1", "lease": 1})

    assert (status, problem["status"]) in ((409, 409), (404, 404))


def test_variables_that_cannot_be_stored_change_nothing(call, start):
    start()
    found = fetch_one(call)
    deep = b'{"a":' * 200 + b"1" + b"}" * 200

    status, problem = call(
        f"{found['id']}/complete", raw=b'{"worker":"w1","lease":%d,"variables":%s}' % (found["lease"], deep)
    )

    assert (status, problem["code"]) == (422, "variable.not_storable")
    assert call(f"{found['id']}/complete", {"worker": "w1", "lease": found["lease"]})[0] == 200


def test_calls_beyond_the_limit_are_told_when_to_come_again(app, call, services):
    from dataclasses import replace

    services.config = replace(services.config, limits=replace(services.config.limits, api_per_minute=2))

    assert [call("fetch", FETCH)[0] for _ in range(3)] == [200, 200, 429]
    assert int(call.headers["Retry-After"]) > 0


def test_who_waits_gets_the_job_as_soon_as_it_is_there(call, start):
    got = {}

    def wait():
        got["jobs"] = call("fetch", {**FETCH, "wait_s": 30})[1]["jobs"]

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.2)
    start()
    waiting.join(timeout=15)

    assert len(got["jobs"]) == 1


def test_nobody_waits_beyond_the_places_and_a_stop_answers_everybody():
    poll = LongPoll(1)
    began = threading.Event()

    def look():
        began.set()
        return []

    first = threading.Thread(target=lambda: poll.first(look, 60))
    first.start()
    began.wait()
    while poll._places._value:
        time.sleep(0.001)
    assert poll.first(lambda: [], 60) == []

    poll.stop()

    first.join(timeout=10)
    assert not first.is_alive()
