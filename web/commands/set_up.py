"""How a command finds its settings and opens the product."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from web import config as settings
from web.config import Config
from web.services import Services


def config_option(function: Any) -> Any:
    return click.option(
        "--config",
        "config_path",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Settings; config.yaml of this folder when it is there. | Файл настроек.",
    )(function)


def data_option(function: Any) -> Any:
    return click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of the database and files. | Папка базы и файлов.",
    )(function)


def load(config_path: Path | None, data: Path | None = None, **overrides: Any) -> Config:
    """Read the settings that a command names.  Raises ConfigRefused."""
    path = config_path or _default_path()
    if data is not None:
        overrides["data"] = data
    return settings.load(path, **overrides)


def _default_path() -> Path | None:
    named = os.environ.get("MARSHRUT_CONFIG")
    if named:
        return Path(named)
    here = Path("config.yaml")
    return here if here.is_file() else None


@contextmanager
def opened(config: Config) -> Iterator[Services]:
    """Open storage and engine, the schema brought up to date; closed when the block ends."""
    from web import logs
    from web.app import build_services

    logs.configure(config.logging)
    services = build_services(config)
    try:
        yield services
    finally:
        services.engine.close()
