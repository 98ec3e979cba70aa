"""The tables.  One module per area; import them from here."""

from storage.models.base import Base
from storage.models.catalogs import (
    BankAccount,
    Consent,
    ConsentText,
    Contact,
    Counterparty,
    Organisation,
    Product,
)
from storage.models.definitions import Definition, Deployment, Resource
from storage.models.documents import Document, File, NumberSequence, Upload
from storage.models.drafts import (
    ProcessDraft,
    ProcessDraftEntry,
    ProcessDraftFile,
    ProcessDraftVisit,
)
from storage.models.history import Activity, Comment, Event
from storage.models.mail import Mail, Notification
from storage.models.people import ApiToken, Group, Membership, Role, User, user_role
from storage.models.runtime import (
    BufferedMessage,
    Effect,
    ExternalOutcome,
    Incident,
    Instance,
    Job,
    LargeValue,
    PublicLink,
    Subscription,
    Task,
    TaskCandidate,
    TaskDraft,
)
from storage.models.search import SearchMark, SearchState, SearchWord
from storage.models.versions import VersionRun, VersionRunItem
from storage.models.views import SavedView

__all__ = [
    "Activity",
    "ApiToken",
    "BankAccount",
    "Base",
    "BufferedMessage",
    "Comment",
    "Consent",
    "ConsentText",
    "Contact",
    "Counterparty",
    "Definition",
    "Deployment",
    "Document",
    "Effect",
    "Event",
    "ExternalOutcome",
    "File",
    "Group",
    "Incident",
    "Instance",
    "Job",
    "LargeValue",
    "Mail",
    "Membership",
    "Notification",
    "NumberSequence",
    "Organisation",
    "ProcessDraft",
    "ProcessDraftEntry",
    "ProcessDraftFile",
    "ProcessDraftVisit",
    "Product",
    "PublicLink",
    "Resource",
    "Role",
    "SavedView",
    "SearchMark",
    "SearchState",
    "SearchWord",
    "Subscription",
    "Task",
    "TaskCandidate",
    "TaskDraft",
    "Upload",
    "User",
    "VersionRun",
    "VersionRunItem",
    "user_role",
]
