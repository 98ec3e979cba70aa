"""Rows, unit of work, repositories, read queries, files and migrations.

The lowest package: it knows nothing of processes, handlers or pages.
"""
