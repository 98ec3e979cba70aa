"""`marshrut worker` with a handler that takes its time and tells when it begins: `python -m tests.web.slow_worker URL`."""

import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bpmn.engine import ProcessEngine
from handlers.registry import Registry, handler
from handlers.settings import MailSettings, Settings
from storage.database import Storage
from web.commands.serving import _executor, _stoppable

TAKES_S = 1.0


def registry(takes_s: float, told: Any) -> Registry:
    @handler("test.slow", title_ru="Медленно", title_en="Slow")
    def slow(context: Any) -> dict[str, Any]:
        told(f"begun {context.idempotency_key}\n")
        time.sleep(takes_s)
        told(f"done {context.idempotency_key}\n")
        return {"done": True}

    made = Registry()
    made.add(slow)
    return made


def engine_on(url: str, folder: Path, made: Registry) -> ProcessEngine:
    settings = Settings(mail=MailSettings(folder=folder / "mail"))
    return ProcessEngine(Storage(url, folder / "files"), secret_key="a key", settings=settings, registry=made)


def main(url: str) -> None:
    def tell(line: str) -> None:
        sys.stdout.write(line)
        sys.stdout.flush()

    with _stoppable():
        engine = engine_on(url, Path.cwd(), registry(TAKES_S, tell))
        with _executor(SimpleNamespace(engine=engine), True):
            time.sleep(600)


if __name__ == "__main__":
    main(sys.argv[1])
