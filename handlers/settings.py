"""What handlers are told of the organisation's set-up; `web` fills it from config.yaml."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class MailSettings:
    """Where letters go: files in a folder (demonstration, tests) or an SMTP server."""

    transport: Literal["folder", "smtp"] = "folder"
    sender: str = "Marshrut <marshrut@example.com>"
    folder: Path = Path("var/mail")
    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    security: Literal["none", "starttls", "tls"] = "none"
    timeout_s: float = 20.0


@dataclass(frozen=True)
class Settings:
    base_url: str = "http://localhost:8000"
    organisation_name: str = "Marshrut"
    organisation_code: str = (
        ""  # whose documents are made when the request does not say; "" = the first active
    )
    language: Literal["ru", "en"] = "ru"
    time_zone: str = "Europe/Moscow"
    country: str = "RU"
    phone_region: str = "RU"
    fonts_dir: Path | None = None  # PT Sans and PT Serif; absent: the fonts that Typst brings
    mail: MailSettings = field(default_factory=MailSettings)
