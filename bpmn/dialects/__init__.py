"""Vendor attributes of diagrams, a table per dialect, read into one internal model."""

from bpmn.dialects.camunda import NAMESPACES, read
from bpmn.dialects.extras import NOTHING, Extras, Mapped, RawParam

__all__ = ["NAMESPACES", "NOTHING", "Extras", "Mapped", "RawParam", "read"]
