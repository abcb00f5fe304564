"""The only package that uses the library `elasticsearch`: writing, searching and setting up, as far as isnad needs it.

`Elastic` does on a real server what `isnad.search_index.SearchIndex` asks for. The library's errors are translated
where they enter (`elastic/errors.py`). Nothing here tries again by itself: whoever called knows what is finished and
what is not.
"""

from isnad.elastic.client import Elastic

__all__ = ["Elastic"]
