"""A real server on a free port and Debian's Chromium, cut off from every other host."""

import socket
import threading
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from web import config as configuration
from web.app import build_services, create_app
from web.demo import seed


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


class Threaded(WSGIServer):
    """One thread per connection, so that pages, drafts and assets overlap as they do in life."""

    daemon_threads = True

    def process_request(self, request, client_address):
        threading.Thread(target=self._work, args=(request, client_address), daemon=True).start()

    def _work(self, request, client_address):
        try:
            self.finish_request(request, client_address)
        except ConnectionError:
            pass
        finally:
            self.shutdown_request(request)


class Server:
    """The product as it runs: `url`, and its parts for preparing what a test needs."""

    def __init__(self, folder, *, port, clock=None, demo=True):
        self.config = configuration.from_mapping(
            {"data": folder, "demo": demo, "base_url": f"http://127.0.0.1:{port}"},
            environment={"MARSHRUT_SECRET_KEY": "b" * 40},
        )
        self.services = build_services(self.config, clock=clock)
        self.engine, self.storage = self.services.engine, self.services.storage
        self.app = create_app(self.config, self.services)
        self.url = f"http://127.0.0.1:{port}"
        self._http = make_server("127.0.0.1", port, self.app, server_class=Threaded, handler_class=Quiet)
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()

    def work(self):
        """Run everything that is due."""
        return self.engine.jobs.run_until_idle()

    def close(self):
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        self.engine.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The demonstration: one company, a few requests; shared by the tests that only look."""
    server = Server(tmp_path_factory.mktemp("server"), port=free_port())
    seed(server.engine, server.storage, stories=8)
    yield server
    server.close()


@pytest.fixture
def own_server(tmp_path):
    """Make a server of the test's own: `own_server(clock=…)`; its database is empty."""
    made = []

    def make(*, clock=None):
        made.append(Server(tmp_path / f"server{len(made)}", port=free_port(), clock=clock))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def open_page(chromium):
    """Open a page of one's own context; whatever leaves the machine or breaks in the console fails the test."""
    contexts, complaints = [], []

    def make(*, width=1440, height=900, dark=False, language="ru", script=True, bypass_csp=False):
        context = chromium.new_context(
            bypass_csp=bypass_csp,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="ru-RU" if language == "ru" else "en-GB",
            java_script_enabled=script,
        )
        contexts.append(context)

        def guard(route):
            if "://127.0.0.1:" in route.request.url:
                route.continue_()
            else:
                complaints.append(f"leaves the machine: {route.request.url}")
                route.abort()

        context.route("**/*", guard)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                complaints.append(f"{page.url}: {message.text}")
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def enter(server):
    """Sign a page in as somebody of the demonstration, by the e-mail address's name: enter(page, "petrova")."""

    def enter(page, who, *, at=None, language="ru"):
        base = (at or server).url
        page.goto("about:blank")  # nothing of the page before may bring its session back
        page.context.clear_cookies()
        page.goto(f"{base}/sign-in")
        storage = (at or server).storage
        with storage.read_session() as session:
            from storage.models import User

            user = session.query(User).filter(User.email.like(f"{who}@%")).one()
        page.locator(f'button[name=user][value="{user.id}"]').click()
        page.wait_for_selector(".avatar")
        if user.language != language:
            page.locator("details.menu:has(.avatar) > summary").click()
            page.locator(f'button[name=language][value="{language}"]').last.click()
            page.wait_for_selector(f'html[lang="{language}"]', state="attached")
        return page

    return enter
