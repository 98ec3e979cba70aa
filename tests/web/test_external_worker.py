"""The worker of the documentation, in Node, does jobs of a real server over HTTP."""

import importlib.util
import os
import signal
import subprocess
import threading
import time

import pytest
from cheroot.wsgi import Server

from bpmn.actors import Actor
from tests.engine.kit import END, START, boundary, chain, document, job
from tests.paths import ROOT
from web.api import tokens

PATIENCE_S = 40
INPUT = (
    '<bpmn:extensionElements><camunda:inputOutput><camunda:inputParameter name="goods">=item</camunda:inputParameter>'
    "</camunda:inputOutput></bpmn:extensionElements>"
)


def node() -> str:
    spec = importlib.util.spec_from_file_location("frontend_build", ROOT / "web" / "frontend" / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    return str(build.system_node() or build.wheel_node())


@pytest.fixture
def server(app):
    server = Server(("127.0.0.1", 0), app, numthreads=6)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.bind_addr[1]}"
    app.extensions["marshrut.long_poll"].stop()
    server.stop()
    thread.join(timeout=10)


def test_a_worker_in_another_language_does_what_is_drawn(engine, services, server, storage):
    engine.registry.external_topics = ("erp.*",)
    diagram = document(
        '<bpmn:process id="request" name="Request" isExecutable="true">'
        + START + job("reserve", INPUT, topic="erp.reserve") + boundary("gone", "reserve", "<bpmn:errorEventDefinition/>") + END
        + chain("start", "reserve", "end") + chain("gone", "end") + "</bpmn:process>"
    )  # fmt: skip
    engine.deployments.deploy({"request.bpmn": diagram}, by=Actor.system(), activate=True)
    secret = tokens.create(storage, name="erp", scopes=["jobs"], topics=["erp.*"], now=services.now())
    worker = subprocess.Popen(
        [node(), str(ROOT / "docs" / "examples" / "worker.mjs"), server],
        env={**os.environ, "MARSHRUT_TOKEN": secret}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        started = {
            item: engine.instances.start(
                key="request", variables={"item": item}, by=Actor.system()
            ).instance_id
            for item in ("lathe", "anvil", "unlucky")
        }
        end = time.monotonic() + PATIENCE_S
        while True:
            with storage.reading() as uow:
                states = {item: uow.instances.get(started[item]).state for item in started}
                incidents = uow.incidents.open_of(started["unlucky"])
            if incidents and states["lathe"] == states["anvil"] == "completed":
                break
            assert worker.poll() is None, worker.stderr.read()
            assert time.monotonic() < end, (states, incidents)
            time.sleep(0.05)
    finally:
        worker.send_signal(signal.SIGTERM)
        engine.instances.start(key="request", variables={"item": "lathe"}, by=Actor.system())
        assert worker.wait(timeout=PATIENCE_S) == 0

    assert engine.instances.variables(started["lathe"])["place"] == "A-7"
    assert "place" not in engine.instances.variables(started["anvil"])
    assert incidents[0].message == "the warehouse does not answer"
