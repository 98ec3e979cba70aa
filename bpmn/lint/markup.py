"""Redundant markup that contradicts the diagram."""

RULES: tuple = ()
