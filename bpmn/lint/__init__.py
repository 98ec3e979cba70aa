"""Rules that a diagram must keep before it may be deployed."""

from bpmn.lint.problem import Problem

__all__ = ["Problem"]
