"""The served product as a process of its own: it starts, answers, stops when asked, and says why it cannot."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def launch(tmp_path):
    """Start `marshrut …` in an empty folder; whatever still runs at the end is killed."""
    started = []

    def launch(*arguments: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "MARSHRUT_LANGUAGE": "ru"}
        process = subprocess.Popen(
            [sys.executable, "-m", "web.cli", *arguments],
            cwd=tmp_path, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        started.append(process)
        return process

    yield launch
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=PATIENCE_S)


def healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_until_healthy(process, port: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while not healthy(port):
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < end, "the server does not answer"
        time.sleep(0.2)


@pytest.mark.parametrize("ask", [signal.SIGTERM, signal.SIGINT])
def test_the_server_answers_and_stops_when_asked(launch, ask):
    port = free_port()
    process = launch("serve", "--port", str(port), "--data", "data")
    wait_until_healthy(process, port)

    process.send_signal(ask)

    assert process.wait(timeout=PATIENCE_S) == 0
    assert not healthy(port)


def test_a_port_that_is_taken_is_said_and_the_process_ends(launch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        process = launch("serve", "--port", str(taken.getsockname()[1]), "--data", "data")
        output, _ = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 1
    assert "занят" in output
    assert "Traceback" not in output


def test_a_killed_server_leaves_its_port_and_starts_again(launch):
    port = free_port()
    first = launch("serve", "--port", str(port), "--data", "data")
    wait_until_healthy(first, port)

    first.kill()
    first.wait(timeout=PATIENCE_S)
    second = launch("serve", "--port", str(port), "--data", "data")

    wait_until_healthy(second, port)


def test_the_worker_stops_when_asked(launch):
    process = launch("worker", "--data", "data")
    assert process.stdout is not None
    line = process.stdout.readline()

    process.send_signal(signal.SIGTERM)

    assert "Ctrl+C" in line
    assert process.wait(timeout=PATIENCE_S) == 0
