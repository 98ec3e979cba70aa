"""`/metrics` for Prometheus: what there is to do, how long jobs and pages take, what is stuck.

Figures of the database are read when asked for, so every process tells the same; what this process did
(pages, jobs, commits) is counted here.  Open to this machine and to tokens with the scope `metrics`.
"""

import time
from collections.abc import Iterator
from ipaddress import ip_address

from flask import Blueprint, Flask, Response, current_app, g, request
from flask_babel import gettext as _
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from storage.queries import watchdog as queries
from storage.rows import JobRow
from web.api.access import bearer
from web.api.problems import refuse
from web.condition import product_version
from web.current import client_address
from web.services import Services

blueprint = Blueprint("metrics", __name__)

_STUCK_EVERY_S = 60.0
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)


class Metrics:
    """What one process counts, and the figures of the database at the moment of asking."""

    def __init__(self, services: Services) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Figures(services))
        self.pages = Histogram(
            "marshrut_http_request_seconds", "Time to answer a request.", ["method", "endpoint", "status"],
            registry=self.registry, buckets=_BUCKETS,
        )  # fmt: skip
        self.jobs = Histogram(
            "marshrut_job_seconds", "Time to run a job to its end.", ["kind", "handler", "outcome"],
            registry=self.registry, buckets=_BUCKETS,
        )  # fmt: skip
        self.commits = Counter(
            "marshrut_commits", "Steps and other acts committed by this process.", registry=self.registry
        )
        services.engine.on_commit(self.commits.inc)
        services.engine.jobs.observe(self._job)

    def _job(self, row: JobRow, outcome: str, took_s: float) -> None:
        self.jobs.labels(row.kind, row.handler or "", outcome).observe(took_s)

    def latest(self) -> bytes:
        return generate_latest(self.registry)


class _Figures(Collector):
    def __init__(self, services: Services) -> None:
        self._services = services
        self._stuck: tuple[float, int] | None = None

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # nothing is read from the database at start

    def collect(self) -> Iterator[GaugeMetricFamily | InfoMetricFamily]:
        now = self._services.now()
        with self._services.storage.read() as connection:
            found = queries.figures(connection, now=now)
        yield InfoMetricFamily("marshrut", "Version of the product.", value={"version": product_version()})
        yield _gauge("requests_active", "Requests that run.", found.requests)
        yield _gauge("tasks_open", "Tasks that wait for people.", found.tasks)
        yield _gauge("letters_unsent", "Letters not sent yet.", found.letters)
        yield _gauge("requests_stuck", "Running requests to which nothing can happen.", self._count_stuck())
        jobs = GaugeMetricFamily("marshrut_jobs", "Jobs by kind and state.", labels=["kind", "state"])
        for (kind, state), count in sorted(found.jobs.items()):
            jobs.add_metric([kind, state], count)
        yield jobs
        due = GaugeMetricFamily("marshrut_jobs_due", "Jobs that could run now.", labels=["by"])
        age = GaugeMetricFamily(
            "marshrut_job_queue_age_seconds", "How long the oldest due job waits.", labels=["by"]
        )
        for by in ("executor", "external"):
            due.add_metric([by], found.due.get(by, 0))
            oldest = found.oldest_due_at.get(by, now)
            age.add_metric([by], max((now - oldest).total_seconds(), 0.0))
        yield due
        yield age
        incidents = GaugeMetricFamily("marshrut_incidents_open", "Open incidents by code.", labels=["code"])
        for code, count in sorted(found.incidents.items()):
            incidents.add_metric([code], count)
        yield incidents

    def _count_stuck(self) -> int:
        """Count them at most once a minute: it looks at every running request."""
        now = time.monotonic()
        if self._stuck is None or now - self._stuck[0] > _STUCK_EVERY_S:
            self._stuck = (now, len(self._services.engine.watchdog.stuck()))
        return self._stuck[1]


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"marshrut_{name}", text, value=value)


def init(app: Flask, services: Services) -> None:
    metrics = Metrics(services)
    app.extensions["marshrut.metrics"] = metrics

    @app.before_request
    def begin() -> None:
        g.begun_s = time.perf_counter()

    @app.after_request
    def observe(response: Response) -> Response:
        took_s = time.perf_counter() - g.get("begun_s", time.perf_counter())
        endpoint = request.endpoint or "none"
        metrics.pages.labels(request.method, endpoint, str(response.status_code)).observe(took_s)
        return response


@blueprint.get("/metrics")
def show() -> Response:
    if not _may_read():
        return refuse(
            403, "metrics.not_allowed", _("Figures are for this machine or a token"),
            _("Make a token: marshrut token create NAME --metrics."),
        )  # fmt: skip
    metrics: Metrics = current_app.extensions["marshrut.metrics"]
    return Response(metrics.latest(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read() -> bool:
    """Whether the caller is of this machine, not brought by a proxy, or has a token for it."""
    if request.authorization is not None:
        token = bearer()
        return token is not None and "metrics" in token.scopes
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(client_address()).is_loopback
    except ValueError:
        return False
