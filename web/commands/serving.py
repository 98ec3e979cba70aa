"""`demo`, `serve` and `worker`: the product running."""

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from web.commands.set_up import config_option, data_option, load, opened
from web.commands.speech import command, say, stop
from web.commands.speech import gettext as _

if TYPE_CHECKING:
    from web.config import Config
    from web.services import Services

STOP_WITHIN_S = 10


@click.command("demo", help="Show the product with an example organisation. | Показать продукт на примере.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@data_option
@command
def demo(port: int, host: str, data: Path | None) -> None:
    from web import config as settings

    shown = "localhost" if host in ("0.0.0.0", "127.0.0.1", "::") else host  # noqa: S104 (compared, not bound)
    config = settings.load(
        None,
        data=data or Path("data") / "demo",
        demo=True,
        organisation={"name": "ООО «Техноснаб»"},
        base_url=f"http://{shown}:{port}",
        server={"host": host, "port": port},
        logging={"level": "warning"},
    )
    with _stoppable():
        _check_port(config)
        with opened(config) as services:
            _seed(services)
            _serve(services, config, lambda: _welcome(services, config))


def _seed(services: "Services") -> None:
    """Fill an empty demonstration: organisation, people, processes, requests made by really running them."""
    from web.demo import is_seeded, seed

    if is_seeded(services.storage):
        return
    say(_("Preparing the example: organisation, people, requests…"))
    seed(services.engine, services.storage)


def _welcome(services: "Services", config: "Config") -> None:
    from storage.queries.people import people
    from storage.queries.processes import startable
    from web.public_forms import has_public_form

    with services.storage.read() as connection:
        persons = [person for person in people(connection) if person.active]
        processes = startable(connection, now=services.now())
    say()
    say(_("Marshrut runs at %(address)s", address=config.base_url))
    for process in processes:
        if has_public_form(services.engine.deployments.bundle(process.definition_id)):
            say(_("Clients' form: %(address)s", address=f"{config.base_url}/c/{process.key}"))
    say(_("Sign in as anyone with one click on the first page:"))
    for person in persons:
        say(f"  {person.name} — {person.position or '—'} — {person.email}")
    say(_("Press Ctrl+C to stop. Data: %(folder)s", folder=config.data))
    say()


@click.command("serve", help="Serve pages and run jobs. | Обслуживать страницы и выполнять задания.")
@config_option
@data_option
@click.option("--port", type=click.IntRange(1, 65535))
@click.option("--no-jobs", is_flag=True, help="Leave jobs to `worker`. | Без выполнения заданий.")
@command
def serve(config_path: Path | None, data: Path | None, port: int | None, no_jobs: bool) -> None:
    config = _on_port(load(config_path, data), port)
    with _stoppable():
        _check_port(config)
        with opened(config) as services:
            _serve(
                services,
                config,
                lambda: say(_("Marshrut runs at %(address)s", address=config.base_url)),
                with_jobs=not no_jobs,
            )


def _on_port(config: "Config", port: int | None) -> "Config":
    """Return the settings with the port of the command line; the plain local address follows it."""
    from dataclasses import replace

    from web.config import Config

    if port is None:
        return config
    local = config.base_url == Config().base_url
    return replace(
        config,
        server=replace(config.server, port=port),
        base_url=f"http://127.0.0.1:{port}" if local else config.base_url,
    )


@click.command("worker", help="Run jobs and timers only. | Только выполнять задания и таймеры.")
@config_option
@data_option
@command
def worker(config_path: Path | None, data: Path | None) -> None:
    with _stoppable(), opened(load(config_path, data)) as services, _executor(services, True):
        say(_("The worker runs jobs and timers. Press Ctrl+C to stop."))
        threading.Event().wait()


class _Stopped(BaseException):
    """A signal asked us to end."""


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """End the block in order when SIGINT or SIGTERM comes."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise _Stopped

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, end)
    with contextlib.suppress(_Stopped):
        yield


def _check_port(config: "Config") -> None:
    """Say at once when the port is taken, before anything is opened or prepared."""
    host, port = config.server.host, config.server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        stop(_("Port %(port)s cannot be used: %(reason)s", port=port, reason=error.strerror or error))


def _serve(
    services: "Services", config: "Config", welcome: Callable[[], None], *, with_jobs: bool = True
) -> None:
    from cheroot.wsgi import Server

    from web.app import create_app

    app = create_app(config, services)
    server = Server(
        (config.server.host, config.server.port),
        app,
        numthreads=config.server.threads,
        server_name="marshrut",
        request_queue_size=128,
    )
    server.shutdown_timeout = STOP_WITHIN_S
    server.prepare()
    try:
        with _executor(services, with_jobs):
            welcome()
            try:
                server.serve()
            finally:
                app.extensions["marshrut.long_poll"].stop()
    finally:
        server.stop()


@contextlib.contextmanager
def _executor(services: "Services", wanted: bool) -> Iterator[None]:
    """Run jobs where *wanted*; either way hear what other processes commit, for those who wait over HTTP."""
    from timers.bell import Bell
    from timers.embedded import EmbeddedExecutor

    bell = Bell(services.engine)
    executor = EmbeddedExecutor(services.engine) if wanted else None
    if executor is not None:
        executor.start()
    bell.start()
    try:
        yield
    finally:
        if executor is not None:
            executor.stop(STOP_WITHIN_S)
        bell.stop()
