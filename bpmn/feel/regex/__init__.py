"""Regular expressions of XPath (DMN 1.5 §10.3.4.3, XQuery and XPath Functions 3.1 §5.6), never catastrophic.

A pattern is parsed here.  When a bound on its backtracking for the given text is
small, Python's ``re`` runs it; otherwise an own matcher does, which counts its
steps and ends with ``FeelLimitError``.  Differences from XPath, on purpose: ``\\w`` is letters, digits and
the underscore, as in Java and JavaScript.
"""

from bpmn.feel.regex.grammar import PatternError
from bpmn.feel.regex.pattern import Pattern, compile_pattern, replacement_parts

__all__ = ["Pattern", "PatternError", "compile_pattern", "replacement_parts"]
