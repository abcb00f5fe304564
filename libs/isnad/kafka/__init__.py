"""The only package that uses aiokafka: sending, reading a stretch of a log, and looking after topics.

Its errors are translated where they enter (`kafka/errors.py`). Nothing here creates a topic except `Admin.create`: many
a Kafka creates one for whoever merely asks about it by name, so a name is looked up in the list of all topics first.
"""

from isnad.kafka.admin import Admin
from isnad.kafka.bookmarks import Bookmarks
from isnad.kafka.header_names import read_any_header_name
from isnad.kafka.history import History
from isnad.kafka.producer import Producer
from isnad.kafka.progress import GroupProgress
from isnad.kafka.reader import LogReader
from isnad.kafka.required import require_topics
from isnad.kafka.security import tls_context

__all__ = [
    "Admin",
    "Bookmarks",
    "GroupProgress",
    "History",
    "LogReader",
    "Producer",
    "read_any_header_name",
    "require_topics",
    "tls_context",
]
