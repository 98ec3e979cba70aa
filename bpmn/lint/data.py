"""Data: what is only documentation here is said to be so."""

RULES: tuple = ()
