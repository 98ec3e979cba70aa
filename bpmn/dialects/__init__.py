"""Vendor attributes of diagrams, a table per dialect, read into one internal model."""

from bpmn.dialects import spiffworkflow, zeebe
from bpmn.dialects.camunda import NAMESPACES, read
from bpmn.dialects.camunda_table import DIALECT as CAMUNDA
from bpmn.dialects.camunda_table import ELSEWHERE
from bpmn.dialects.extras import NOTHING, Extras, Mapped, RawParam
from bpmn.dialects.tables import Dialect, written

#: The dialects of other engines, beside `camunda:` and its aliases.
OTHERS: tuple[Dialect, ...] = (zeebe.DIALECT, spiffworkflow.DIALECT)

__all__ = [
    "CAMUNDA",
    "ELSEWHERE",
    "NAMESPACES",
    "NOTHING",
    "OTHERS",
    "Dialect",
    "Extras",
    "Mapped",
    "RawParam",
    "read",
    "written",
]
