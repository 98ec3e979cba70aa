"""A real server that can be killed at any moment, and people who use its pages by plain HTTP.

Nobody here knows the engine: the driver opens pages, fills their forms and sends them.  When the server is gone
in the middle of an act it waits for the next one and looks again at what there is to do, as a person would.
"""

import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path

from lxml import html

from bpmn.actors import Actor
from bpmn.engine import ProcessEngine
from handlers.demo_catalogs import seed
from handlers.settings import MailSettings, Settings
from storage import schema
from storage.database import Storage
from tests.paths import ROOT
from web.identity import hash_password

PROCESS = ROOT / "processes" / "equipment_sale"
PATIENCE_S = 240
_GONE = (urllib.error.URLError, HTTPException, ConnectionError, TimeoutError)


class Site:
    """`marshrut serve` on a port and a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.kills = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._config = folder / "config.yaml"
        self._config.write_text(
            f"data: {self.data}\nbase_url: {self.url}\ndemo: true\n"
            f"server:\n  port: {self.port}\n  threads: 4\nlogging:\n  level: error\n"
        )
        self._fill()

    def _fill(self) -> None:
        """Put the catalogs, the people and the process into force."""
        self.data.mkdir(parents=True)
        storage = Storage(f"sqlite:///{self.data / 'marshrut.db'}", self.data / "files")
        schema.upgrade(storage)
        settings = Settings(mail=MailSettings(folder=self.data / "mail"))
        engine = ProcessEngine(storage, secret_key="unused", settings=settings)
        with storage.unit_of_work() as uow:
            seed(uow, now=engine.now(), hash_password=hash_password, password="demo")
        files = {
            path.relative_to(PROCESS).as_posix(): path.read_bytes()
            for path in sorted(PROCESS.rglob("*"))
            if path.is_file()
        }
        engine.deployments.deploy(files, by=Actor.system(), activate=True)
        engine.close()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "web.cli", "serve", "--config", str(self._config)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "server.log").open("ab"),
            start_new_session=True,
        )

    def kill(self) -> None:
        """SIGKILL to the server and everything it started."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.kills += 1

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:
                return answer.status == 200
        except _GONE:
            return False

    def await_answer(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not self.answers():
            if time.monotonic() > deadline:
                raise TimeoutError((self.folder / "server.log").read_text()[-3000:])
            time.sleep(0.02)

    def rows(self, sql: str, *values: object) -> list[tuple]:
        """Look into the database, as an auditor would."""
        connection = sqlite3.connect(f"file:{self.data / 'marshrut.db'}?mode=ro", uri=True, timeout=30)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()


class Killer:
    """Kills the site at random moments and starts it again, until it is told to stop.

    Its moments scale with what the machine needs to start the server: a slow machine gets as far as a fast one.
    """

    def __init__(self, site: Site, *, seed: int, longest_s: float) -> None:
        self._site, self._longest_s = site, longest_s
        self._random = random.Random(seed)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Killer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            begin = time.monotonic()
            self._site.await_answer()
            longest_s = max(self._longest_s, time.monotonic() - begin)
            if self._stopping.wait(self._random.uniform(0, longest_s)):
                return
            self._site.kill()
            self._site.start()


class Browser:
    """One person's cookies; every request is repeated until the server answers."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> tuple[html.HtmlElement, str]:
        """Open a page; return it and its address after redirects."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                with self._opener.open(urllib.parse.urljoin(self._site.url, path), timeout=20) as answer:
                    return html.fromstring(answer.read()), answer.geturl()
            except urllib.error.HTTPError as refused:
                if refused.code < 500 or time.monotonic() > deadline:
                    raise AssertionError(f"{path}: {refused.code} {refused.read()[:500]!r}") from refused
            except _GONE:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.02)

    def send(self, path: str, fields: list[tuple[str, str]]) -> tuple[int, bytes, str] | None:
        """Send a form once; None when the server was gone: then nobody knows whether it was taken."""
        content = urllib.parse.urlencode(fields).encode()
        try:
            with self._opener.open(
                urllib.parse.urljoin(self._site.url, path), data=content, timeout=20
            ) as answer:
                return answer.status, answer.read(), answer.geturl()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read(), refused.geturl()
        except _GONE:
            return None

    def sign_in(self, email: str) -> None:
        """Sign in by the demonstration's one click."""
        user_id = self._site.rows("select id from user where email = ?", email)[0][0]
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            page, _ = self.get("/sign-in")
            doors = [form for form in page.forms if (form.get("action") or "").endswith("/demo")]
            if not doors:
                return  # the answer was lost, but its cookie was not
            form = doors[0]
            answer = self.send(form.get("action"), fill(form, {"user": str(user_id)}))
            if answer is not None:
                assert answer[0] == 200, answer[1][:1000]
                return
        raise TimeoutError(f"{email} cannot sign in")


def fill(form: html.FormElement, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """The fields of a form as shown, with these values in place of theirs."""
    shown = [(name, value or "") for name, value in form.form_values() if name not in values]
    return [*shown, *values.items()]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
