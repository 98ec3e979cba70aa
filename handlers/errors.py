"""How a handler says that it did not do its work.

`BpmnError` is an outcome that the diagram handles.  Every other error is retried as drawn and then becomes an
incident; `UncertainEffect` is never retried by itself, for the effect may have happened.
"""

from collections.abc import Mapping
from typing import Any


class BpmnError(Exception):
    """An outcome of business that the diagram catches by its code (BPMN 2.0 §10.5.1)."""

    def __init__(self, code: str, message: str = "", variables: Mapping[str, Any] | None = None) -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message
        self.variables: dict[str, Any] = dict(variables or {})


class HandlerError(Exception):
    """The work could not be done; `code` is stable, `values` fill the words that `web` has for it."""

    def __init__(self, code: str, message: str, *, retryable: bool = True, **values: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retryable = retryable
        self.values = values


class ParameterError(HandlerError):
    """A parameter of the service task has no value of the expected type; a retry before repair is useless."""

    def __init__(self, handler: str, parameter: str, message: str, **values: Any) -> None:
        super().__init__(
            "handler.parameter",
            f"{handler}: parameter {parameter!r}: {message}",
            retryable=False,
            handler=handler,
            parameter=parameter,
            **values,
        )
        self.handler = handler
        self.parameter = parameter


class UncertainEffect(HandlerError):
    """An effect outside may or may not have happened, and nothing tells which: a person decides."""

    CODE = "handler.uncertain"

    def __init__(self, step: str, message: str = "", **values: Any) -> None:
        super().__init__(
            self.CODE,
            message or f"the step {step!r} may already have been done; it is not repeated by itself",
            retryable=False,
            step=step,
            **values,
        )
        self.step = step
