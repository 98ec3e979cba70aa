"""Decisions: DMN 1.1 to 1.6 models read, checked, evaluated and explained.

``parse`` reads a file once into a `Model` that threads may share; ``Model.evaluate``
returns an `Outcome`: the value and why it is so.
"""

from bpmn.dmn.errors import DmnError, Reason
from bpmn.dmn.evaluation import Model
from bpmn.dmn.explaining import describe
from bpmn.dmn.json_values import from_json
from bpmn.dmn.linking import parse
from bpmn.dmn.lint import Problem, lint
from bpmn.dmn.model import Decision, DecisionService, InputData, KnowledgeModel
from bpmn.dmn.outcome import MODES, Outcome

__all__ = [
    "MODES",
    "Decision",
    "DecisionService",
    "DmnError",
    "InputData",
    "KnowledgeModel",
    "Model",
    "Outcome",
    "Problem",
    "Reason",
    "describe",
    "from_json",
    "lint",
    "parse",
]
