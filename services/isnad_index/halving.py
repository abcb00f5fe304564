"""Requests that are refused as a whole, by Elasticsearch or a proxy: in halves they pass, or show what is to blame."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

from isnad.errors import SearchUnavailable
from isnad.search_index import Answer, RequestRefused

T = TypeVar("T")


async def answered(
    send: Callable[[Sequence[T]], Awaitable[Sequence[Answer]]], request: Sequence[T]
) -> AsyncIterator[tuple[T, Answer]]:
    """Send one request, in halves if need be; yield each write's answer before the next half is sent.

    A single write that is refused is answered with what was said of the request.

    Raises:
        SearchUnavailable: there are fewer answers than writes.
    """
    if not request:
        return
    try:
        answers = await send(request)
    except RequestRefused as exc:
        if len(request) == 1:
            yield request[0], Answer(exc.status, reason=exc.reason)
            return
        middle = len(request) // 2
        for half in (request[:middle], request[middle:]):
            async for one in answered(send, half):
                yield one
        return
    if len(answers) != len(request):
        raise SearchUnavailable(f"Elasticsearch answered {len(answers)} of {len(request)} writes.")
    for one in zip(request, answers, strict=True):
        yield one
