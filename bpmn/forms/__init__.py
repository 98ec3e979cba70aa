"""Forms: form-js JSON, shown by Jinja and checked here, from one and the same file.

`parse` and `lint` judge a definition, `view` lays it out for a page, `submit`
and `check` turn what a person or a program sent into values of the process.
Values that a person must not set (hidden, read-only, computed, not offered)
never come from what was sent.  Nothing here knows Flask or the engine.
"""

from bpmn.forms.display import display
from bpmn.forms.errors import FormProblem, FormRefused
from bpmn.forms.formdata import from_form_data
from bpmn.forms.linting import lint
from bpmn.forms.schema import Component, Form, parse
from bpmn.forms.submission import Submission, check, edits_rows, submit
from bpmn.forms.view import view
from bpmn.forms.views import FieldView, FormView

__all__ = [
    "Component",
    "FieldView",
    "Form",
    "FormProblem",
    "FormRefused",
    "FormView",
    "Submission",
    "check",
    "display",
    "edits_rows",
    "from_form_data",
    "lint",
    "parse",
    "submit",
    "view",
]
