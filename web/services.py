"""The parts of the product that one process shares, held together for the pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from storage.database import Storage
from web.config import Config
from web.throttle import Throttle

if TYPE_CHECKING:
    from bpmn.engine import ProcessEngine


@dataclass
class Services:
    """`now` is the engine's clock."""

    config: Config
    storage: Storage
    engine: "ProcessEngine"
    throttle: Throttle
    now: Callable[[], datetime]
