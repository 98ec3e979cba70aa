"""The token engine: the only package that knows SpiffWorkflow.

A folder of diagrams is compiled once (`compile_bundle`); an instance is a `Workflow` that is started or restored,
told what happened, advanced to its next wait states and dumped.  No database and no clock here: both come with
the services of the unit of work.
"""

from bpmn.spiff.bundle import compile_bundle
from bpmn.spiff.errors import ExecutionError, StartNotFound, StateUnreadable, StepFailed, TokenGone
from bpmn.spiff.migration import MigrationRefused, Move, Obstacle, Plan, migrate, plan, propose
from bpmn.spiff.model import Bundle, Element, Param, ProcessModel, StartTrigger, Timer
from bpmn.spiff.readdress import Readdressed, readdressed
from bpmn.spiff.rehearsal import caught_code
from bpmn.spiff.services import Binding, Services
from bpmn.spiff.unit import run_unit
from bpmn.spiff.words import explain
from bpmn.spiff.workflow import Dumped, Position, Workflow

__all__ = [
    "Binding",
    "Bundle",
    "Dumped",
    "Element",
    "ExecutionError",
    "MigrationRefused",
    "Move",
    "Obstacle",
    "Param",
    "Plan",
    "Position",
    "ProcessModel",
    "Readdressed",
    "Services",
    "StartNotFound",
    "StartTrigger",
    "StateUnreadable",
    "StepFailed",
    "Timer",
    "TokenGone",
    "Workflow",
    "caught_code",
    "compile_bundle",
    "explain",
    "migrate",
    "plan",
    "propose",
    "readdressed",
    "run_unit",
]
