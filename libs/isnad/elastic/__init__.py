"""The only package that uses the library `elasticsearch`: writing, searching and setting up, as far as isnad needs it.

`SearchIndex` is what the services ask for; `Elastic` does it on a real server, `isnad.testing.search.FakeIndex` in
memory. The library's errors are translated where they enter (`elastic/errors.py`). Nothing here tries again by itself:
whoever called knows what is finished and what is not.
"""

from isnad.elastic.client import Elastic
from isnad.elastic.port import Answer, Copy, RequestRefused, SearchIndex, Write

__all__ = ["Answer", "Copy", "Elastic", "RequestRefused", "SearchIndex", "Write"]
