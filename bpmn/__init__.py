"""Diagrams, decisions, expressions and forms: what a process means and how it runs."""
