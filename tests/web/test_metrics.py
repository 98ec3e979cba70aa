"""Figures for monitors: who may read them, what they say; live and ready."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bpmn.actors import Actor
from tests.web_kit import CHECK_FILES
from web.api import tokens


@pytest.fixture
def scrape(app):
    def scrape(address="127.0.0.1", **headers):
        return app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": address}, headers=headers)

    return scrape


def value(text, name, **labels):
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return sample.value
    return None


def test_figures_say_what_there_is_to_do(scrape, engine, app):
    engine.deployments.deploy(CHECK_FILES, by=Actor.system(), activate=True)
    engine.instances.start(key="check", variables={}, by=Actor.system())
    app.test_client().get("/health")

    text = scrape().get_data(as_text=True)

    assert value(text, "marshrut_requests_active") == 1
    assert value(text, "marshrut_tasks_open") == 1
    assert value(text, "marshrut_requests_stuck") == 0
    assert value(text, "marshrut_jobs_due", by="external") == 0
    assert value(text, "marshrut_commits_total") >= 1
    assert value(text, "marshrut_http_request_seconds_count", endpoint="health.health") == 1


def test_only_this_machine_and_tokens_read_figures(scrape, services):
    secret = tokens.create(services.storage, name="p", scopes=["metrics"], topics=[], now=services.now())
    other = tokens.create(services.storage, name="j", scopes=["jobs"], topics=["*"], now=services.now())

    assert scrape().status_code == 200
    assert scrape("203.0.113.5").status_code == 403
    assert scrape("127.0.0.1", **{"X-Forwarded-For": "127.0.0.1"}).status_code == 403
    assert scrape("203.0.113.5", Authorization=f"Bearer {secret}").status_code == 200
    assert scrape("127.0.0.1", Authorization=f"Bearer {other}").status_code == 403


def test_a_process_that_lives_may_still_not_be_ready(app, storage):
    with storage.unit_of_work() as uow:
        uow.connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")

    assert app.test_client().get("/health/live").status_code == 200
    assert app.test_client().get("/health/ready").status_code == 503
