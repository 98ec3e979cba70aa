"""The composition root: settings in, a WSGI application out.  Everything is wired here by hand."""

import importlib
from collections.abc import Callable
from datetime import datetime

from flask import Flask, redirect
from jinja2 import StrictUndefined

from bpmn.engine import ProcessEngine, system_clock
from handlers.registry import default_registry
from handlers.settings import MailSettings, Settings
from storage import schema
from storage.database import Storage
from web import assets, errors, i18n, logs, metrics, navigation, process_names, security, settings
from web.api.long_poll import LongPoll
from web.config import Config
from web.current import current_account
from web.identity import Accounts
from web.services import Services
from web.sign_in_guard import SignInGuard
from web.throttle import Throttle

PAGES = (
    "assets", "health", "sign_in", "settings", "inbox", "inbox_bulk", "tasks", "requests", "documents", "notifications",
    "start", "client", "modeler", "processes", "comparing", "activation", "administration",
    "api.jobs", "api.description", "metrics",
)  # fmt: skip
"""Modules of `web` with a `blueprint`."""


def build_services(config: Config, *, clock: Callable[[], datetime] | None = None) -> Services:
    """Open the storage, bring its schema up to date and put the engine together."""
    storage = Storage(config.database_url, config.files_dir)
    schema.upgrade(storage)
    engine = ProcessEngine(
        storage, secret_key=config.secret_key(), settings=engine_settings(config),
        registry=default_registry(config.external_topics), clock=clock or system_clock,
    )  # fmt: skip
    return Services(config, storage, engine, Throttle(), engine.now)


def engine_settings(config: Config) -> Settings:
    """Return what handlers are told of the settings."""
    mail = config.mail
    return Settings(
        base_url=config.base_url.rstrip("/"),
        organisation_name=config.organisation.name,
        organisation_code=config.organisation.code,
        language=config.language,
        time_zone=config.timezone,
        country=config.country,
        phone_region=config.country,
        fonts_dir=assets.FONTS if assets.FONTS.is_dir() else None,
        mail=MailSettings(
            transport=mail.transport,
            sender=mail.sender,
            folder=config.mail_dir,
            host=mail.smtp_host,
            port=mail.smtp_port,
            user=mail.smtp_user,
            password=config.smtp_password,
            security=mail.smtp_security,
            timeout_s=mail.smtp_timeout_s,
        ),
    )


def create_app(config: Config, services: Services | None = None) -> Flask:
    """Build the application; *services* are given by tests and by the command line, else made here."""
    services = services or build_services(config)
    app = Flask("web", static_folder=None)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.extensions["marshrut"] = services
    app.extensions["marshrut.long_poll"] = LongPoll(config.server.threads // 2)
    services.engine.on_wake(app.extensions["marshrut.long_poll"].wake)
    app.extensions["marshrut.sign_in_guard"] = SignInGuard(config.sign_in)
    logs.init(app)
    security.init(app, config, Accounts(services.storage))
    i18n.init(app)
    metrics.init(app, services)
    errors.init(app)
    app.jinja_env.globals.update(asset=assets.asset, icon=assets.icon, brand=assets.brand)
    app.jinja_env.globals.update(
        state_name=process_names.state_name,
        source_name=process_names.source_name,
        translate_status=process_names.translate_status,
    )
    app.context_processor(_shell)
    for name in PAGES:
        app.register_blueprint(importlib.import_module(f"web.{name}").blueprint)
    app.add_url_rule("/favicon.ico", "favicon", lambda: redirect(assets.asset("favicon.svg")))
    return app


def _shell() -> dict[str, object]:
    return {
        "account": current_account(),
        "places": navigation.places,
        "appearance": settings.appearance(),
    }
