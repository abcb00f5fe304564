"""The errors of the whole project; each one carries the decision of what to do about it.

::

    IsnadError
    ├── TransientError            a dependency is broken: wait, say so, try the same thing again
    │   ├── BrokerUnavailable     Kafka does not answer, or not with what is needed now
    │   ├── SearchUnavailable     Elasticsearch does not answer, refuses for now, or lacks rights or room
    │   ├── StorageUnavailable    the disk is full, or a file of ours can't be written or read
    │   └── TooMuchPoison         too many records in a stretch can't be processed: a person has to look first
    └── PermanentError            trying again will not help
        ├── RecordError           this record can't be processed: to the dead letters, with its reason
        ├── RequestError          this request of a user can't be answered: 4xx, or a message and exit status 2
        └── SetupError            the installation is not as it must be: refuse to start, name the command that mends it

Adapters (`isnad.kafka`, `isnad.elastic`) translate the errors of their library where these enter, `raise … from exc`.
Any other exception is a bug: the stage logs it and ends the process before anything is acknowledged.
"""

from isnad.messages import Reason


class IsnadError(Exception):
    """Base of all errors that isnad raises on purpose; its text is fit for a user."""


class TransientError(IsnadError):
    """A dependency is broken for now; the same call may succeed later."""

    dependency = "dependency"
    """What is broken, for /readyz, the log and the metric."""


class BrokerUnavailable(TransientError):
    """Kafka does not answer, or not with what is needed now."""

    dependency = "kafka"


class SearchUnavailable(TransientError):
    """Elasticsearch does not answer, refuses for now, or lacks rights or room."""

    dependency = "elasticsearch"


class StorageUnavailable(TransientError):
    """The disk is full, or a file of ours can't be written or read."""

    dependency = "disk"


class TooMuchPoison(TransientError):
    """Too many records in a stretch of a partition can't be processed; nothing of it helps but a person's decision."""

    dependency = "poison"


class PermanentError(IsnadError):
    """Trying again will not help."""


class RecordError(PermanentError):
    """A record can't be processed.

    Attributes:
        reason: which kind of trouble, for the dead letter and its count.
        detail: one sentence for the person who will look at the dead letter.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class RequestError(PermanentError):
    """A user's request can't be answered; the text says what to change."""


class SetupError(PermanentError):
    """The installation is not as it must be; the text names the command that mends it."""
