"""Settings from `config.yaml`, secrets from the environment.

Guarantees: every setting has a default and a type; an unknown key is refused with the nearest known one named;
a secret never comes from the file; without MARSHRUT_SECRET_KEY a fresh key is made once per data folder.
"""

import difflib
import os
import secrets
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

KEY_FILE = "secret.key"


class ConfigRefused(Exception):
    """The settings cannot be used: `key` says which, `message_ru` and `message_en` say why."""

    code = "config.refused"

    def __init__(self, key: str, message_ru: str, message_en: str) -> None:
        super().__init__(f"{key}: {message_en}" if key else message_en)
        self.key, self.message_ru, self.message_en = key, message_ru, message_en


@dataclass(frozen=True)
class Organisation:
    name: str = "Marshrut"
    code: str = ""


@dataclass(frozen=True)
class Server:
    host: str = "127.0.0.1"
    port: int = 8080
    threads: int = 16
    trusted_proxies: int = 0


@dataclass(frozen=True)
class Limits:
    upload_mb: int = 50
    form_fields: int = 5000
    api_per_minute: int = 6000


@dataclass(frozen=True)
class SignIn:
    attempts: int = 5
    wait_s: int = 30
    longest_wait_s: int = 900
    session_hours: int = 12


@dataclass(frozen=True)
class Mail:
    transport: Literal["folder", "smtp"] = "folder"
    sender: str = "Marshrut <marshrut@example.com>"
    smtp_host: str = "localhost"
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_timeout_s: int = 20


@dataclass(frozen=True)
class Logging:
    format: Literal["console", "json"] = "console"
    level: Literal["debug", "info", "warning", "error"] = "info"


@dataclass(frozen=True)
class Config:
    """What `config.yaml` says; the file of the repository explains every key."""

    data: Path = Path("data")
    base_url: str = "http://127.0.0.1:8080"
    language: Literal["ru", "en"] = "ru"
    timezone: str = "Europe/Moscow"
    country: str = "RU"
    demo: bool = False
    external_topics: tuple[str, ...] = ()
    organisation: Organisation = field(default_factory=Organisation)
    server: Server = field(default_factory=Server)
    limits: Limits = field(default_factory=Limits)
    sign_in: SignIn = field(default_factory=SignIn)
    mail: Mail = field(default_factory=Mail)
    logging: Logging = field(default_factory=Logging)
    environment: Mapping[str, str] = field(default_factory=lambda: types.MappingProxyType({}), repr=False)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def database_url(self) -> str:
        """SQLite in the data folder unless MARSHRUT_DATABASE_URL names another database."""
        given = self.environment.get("MARSHRUT_DATABASE_URL")
        return given or f"sqlite:///{(self.data / 'marshrut.db').absolute()}"

    @property
    def files_dir(self) -> Path:
        return self.data / "files"

    @property
    def mail_dir(self) -> Path:
        return self.data / "mail"

    @property
    def smtp_password(self) -> str:
        return self.environment.get("MARSHRUT_SMTP_PASSWORD", "")

    def secret_key(self) -> str:
        """Return the key that signs sessions and links; make and keep one at the first start.

        Two processes that start together agree: only one of them can create the file.
        """
        given = self.environment.get("MARSHRUT_SECRET_KEY")
        if given:
            return given
        path = self.data / KEY_FILE
        self.data.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            draft = path.with_name(f"{KEY_FILE}.{os.getpid()}.{secrets.token_hex(4)}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(draft, path)
            except FileExistsError:
                draft.unlink()
            except OSError:  # a file system without hard links: the last of two that begin together wins
                draft.replace(path)
            else:
                draft.unlink()
        return path.read_text(encoding="ascii").strip()


def load(
    path: Path | None = None, *, environment: Mapping[str, str] | None = None, **overrides: Any
) -> Config:
    """Read the settings; *overrides* are top-level keys that the command line gives.

    Raises:
        ConfigRefused: the file cannot be read, a key is unknown or a value is of the wrong kind.
    """
    document: Any = {}
    if path is not None:
        try:
            document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            reason = " ".join(str(error).split())
            raise ConfigRefused(
                "", f"файл {path} не читается: {reason}", f"{path} cannot be read: {reason}"
            ) from error
    return from_mapping({**_mapping(document, ""), **overrides}, environment=environment)


def from_mapping(document: Mapping[str, Any], *, environment: Mapping[str, str] | None = None) -> Config:
    """Build the settings from plain values.

    Raises:
        ConfigRefused: as `load`.
    """
    values = _section(Config, document, "")
    config = Config(**values, environment=dict(os.environ if environment is None else environment))
    _check(config)
    return config


def _section(kind: type, document: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    types_ = typing.get_type_hints(kind)
    known = {item.name: types_[item.name] for item in fields(kind) if item.name != "environment"}
    values: dict[str, Any] = {}
    for key, value in document.items():
        name = f"{prefix}{key}"
        if key not in known:
            raise _unknown(name, str(key), known, prefix)
        if is_dataclass(known[key]):
            section = typing.cast(type, known[key])
            values[key] = section(**_section(section, _mapping(value, name), f"{name}."))
        else:
            values[key] = _value(known[key], value, name)
    return values


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ConfigRefused(name, "здесь ожидаются ключи со значениями", "keys with values are expected here")
    return value


def _unknown(name: str, key: str, known: Mapping[str, Any], prefix: str) -> ConfigRefused:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    if near:
        hint_ru, hint_en = f"может быть, {prefix}{near[0]}?", f"did you mean {prefix}{near[0]}?"
    else:
        names = ", ".join(known)
        hint_ru, hint_en = f"известны: {names}", f"known keys: {names}"
    return ConfigRefused(name, f"такой настройки нет; {hint_ru}", f"there is no such setting; {hint_en}")


def _value(kind: Any, value: Any, name: str) -> Any:
    if typing.get_origin(kind) is Literal:
        choices = typing.get_args(kind)
        if value in choices:
            return value
        listed = ", ".join(choices)
        raise ConfigRefused(name, f"возможно одно из: {listed}", f"must be one of: {listed}")
    if kind is Path and isinstance(value, (str, Path)) and str(value):
        return Path(value)
    if kind is bool and isinstance(value, bool):
        return value
    if kind is int and isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if kind is str and isinstance(value, str):
        return value
    if kind == tuple[str, ...]:
        if isinstance(value, (list, tuple)) and all(isinstance(item, str) and item for item in value):
            return tuple(value)
        raise ConfigRefused(name, "здесь нужен список текстов", "a list of texts is needed here")
    words = {
        Path: ("путь к папке", "a path"),
        bool: ("true или false", "true or false"),
        int: ("целое число от нуля", "a whole number from zero up"),
        str: ("текст", "a text"),
    }[kind]
    raise ConfigRefused(name, f"здесь нужно {words[0]}", f"{words[1]} is needed here")


def _check(config: Config) -> None:
    address = urlsplit(config.base_url)
    if address.scheme not in ("http", "https") or not address.netloc:
        raise ConfigRefused(
            "base_url", "нужен адрес вида https://имя", "an address such as https://name is needed"
        )
    try:
        ZoneInfo(config.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigRefused("timezone", "такого пояса нет", "there is no such time zone") from error
    if not 1 <= config.server.port <= 65535:
        raise ConfigRefused("server.port", "порт от 1 до 65535", "a port is from 1 to 65535")
    for name, number in (
        ("server.threads", config.server.threads),
        ("sign_in.attempts", config.sign_in.attempts),
        ("limits.upload_mb", config.limits.upload_mb),
        ("limits.form_fields", config.limits.form_fields),
        ("limits.api_per_minute", config.limits.api_per_minute),
        ("sign_in.session_hours", config.sign_in.session_hours),
    ):
        if number < 1:
            raise ConfigRefused(name, "нужно число от единицы", "a number from one up is needed")
