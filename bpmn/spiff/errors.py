"""Errors of the token engine; each carries a stable `code` and the values of its message."""

from typing import Any


class ExecutionError(Exception):
    """An act on an instance, or a step of it, is impossible; `code` is stable, `values` fill its message."""

    code = "engine.error"

    def __init__(self, message: str, *, code: str | None = None, **values: Any) -> None:
        super().__init__(message)
        self.message = message
        self.values = values
        if code is not None:
            self.code = code


class TokenGone(ExecutionError):
    """The token has moved on, was cancelled, or does not wait for this."""

    code = "token.gone"

    def __init__(self, token_id: int, expected: str) -> None:
        super().__init__(f"token {token_id} is not {expected}", token_id=token_id, expected=expected)


class StartNotFound(ExecutionError):
    """The process has no such start, or none that a bare start may use."""

    code = "start.not_found"

    def __init__(self, process: str, start_id: str | None) -> None:
        name = f"no start {start_id!r}" if start_id else "no none start event"
        super().__init__(f"process {process!r} has {name}", process=process, start_id=start_id)


class EndlessRun(ExecutionError):
    """One unit runs more steps than any sensible diagram needs: a loop without a wait or an end."""

    code = "unit.endless"

    def __init__(self, steps: int) -> None:
        super().__init__(f"more than {steps} steps without reaching a wait: an endless loop?", steps=steps)


class TooMuchWork(ExecutionError):
    """One unit has worked longer than any sensible diagram needs between two waits."""

    code = "unit.too_much_work"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"more than {seconds:g} s of work without reaching a wait", seconds=seconds)


class NotRepeatable(ExecutionError):
    """A repeat of the unit took another way: a handler or function is not deterministic."""

    code = "unit.not_repeatable"

    def __init__(self, step: int) -> None:
        super().__init__(f"the repeated unit took another way at step {step}", step=step)


class TooDeep(ExecutionError):
    """Subprocesses or called processes are nested too deeply: a process that calls itself?"""

    code = "call.too_deep"

    def __init__(self, depth: int) -> None:
        super().__init__(
            f"more than {depth} processes inside one another: does one call itself?", depth=depth
        )


class StateUnreadable(ExecutionError):
    """A stored state does not fit the diagram or was written by a newer release."""

    code = "state.unreadable"


class StepFailed(Exception):
    """A step of the unit failed; the live object must be discarded.  The cause is chained.

    `step` is its number in the unit, so that a repeat of the unit can park the token there.
    """

    def __init__(self, step: int, element_id: str, token_id: int, code: str, message: str) -> None:
        super().__init__(f"{element_id}: {message}")
        self.step, self.element_id, self.token_id = step, element_id, token_id
        self.code, self.message = code, message
