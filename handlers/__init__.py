"""What service tasks do: registration, assignment, documents, letters, approvals, and the rules behind them.

A handler knows nothing of the engine: it gets a context that offers what it may do.
"""
