"""Writes in requests that Elasticsearch takes, and whatever stands before it.

A request that is refused as too large (413) is sent again as a smaller one, and none as large is tried from then on: a
proxy that takes less would otherwise refuse every second one. One that is refused for what is in it (400) is halved
until the write is found that is to blame.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

from isnad.errors import SearchUnavailable
from isnad.search_index import Answer, RequestRefused, Swap, Write

MOST_BYTES = 8 * 1024 * 1024
"""Elasticsearch works best with requests of 5 to 15 MB, and takes 100 MB at most by default."""

TOO_LARGE = 413

_ACTION_BYTES = 200
"""About so long is the line before a document."""

W = TypeVar("W", Write, Swap)

_logger = structlog.get_logger()


class Requests:
    """Sends writes in requests of as many bytes as are taken."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes

    async def answers(
        self, send: Callable[[Sequence[W]], Awaitable[Sequence[Answer]]], writes: Sequence[W]
    ) -> AsyncIterator[tuple[W, Answer]]:
        """Send writes, and yield each one's answer before the next request is sent.

        A single write that is refused is answered with what was said of the request.

        Raises:
            SearchUnavailable: there are fewer answers than writes in a request.
        """
        begin = 0
        while begin < len(writes):
            request = writes[begin : self._end(writes, begin)]
            try:
                answers = await send(request)
            except RequestRefused as exc:
                if len(request) == 1:
                    yield request[0], Answer(exc.status, reason=exc.reason)
                elif exc.status == TOO_LARGE:
                    self._most_bytes = _bytes(request) // 2
                    _logger.info("Sends smaller requests from now on.", bytes=self._most_bytes, reason=exc.reason)
                    continue
                else:
                    middle = len(request) // 2
                    for half in (request[:middle], request[middle:]):
                        async for one in self.answers(send, half):
                            yield one
            else:
                if len(answers) != len(request):
                    raise SearchUnavailable(f"Elasticsearch answered {len(answers)} of {len(request)} writes.")
                for one in zip(request, answers, strict=True):
                    yield one
            begin += len(request)

    def _end(self, writes: Sequence[W], begin: int) -> int:
        """Return how far a request may go that begins there: it has one write at least."""
        left = self._most_bytes
        for end in range(begin, len(writes)):
            left -= _bytes(writes[end : end + 1])
            if left < 0 and end > begin:
                return end
        return len(writes)


def _bytes(writes: Sequence[W]) -> int:
    return sum(len(write.document or b"") + _ACTION_BYTES for write in writes)
