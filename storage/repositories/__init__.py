"""Rows by what they are; every method is one statement."""
