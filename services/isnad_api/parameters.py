"""The parameters that several addresses share, and what they are checked for."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import Depends, Path, Query
from pydantic import BeforeValidator

from isnad_api.queries import Filters


def _moment(text: object) -> object:
    """Of what ISO 8601 allows, only what people mean: 2018-02-08, or a time of that day (RFC 3339)."""
    if not isinstance(text, str) or not _MOMENT.match(text):
        raise ValueError(_WRITE)
    try:
        if len(text) == len("2018-02-08"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        # In UTC, as Elasticsearch knows fewer zones than can be written.
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(_WRITE) from None


_WRITE = "write a date (2018-02-08) or a time (2018-02-08T12:00:00Z)"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T|$)", re.ASCII)
_Moment = Annotated[datetime | date, BeforeValidator(_moment)]
_Day = Annotated[date, BeforeValidator(_moment)]
_Texts = Annotated[list[str], Query(max_length=20)]
_Days = Annotated[list[_Day], Query(max_length=31)]


def _filters(
    *,
    outlet: Annotated[_Texts, Query(description="Outlet; several: any of them.", examples=["alwatan"])] = [],  # noqa: B006
    entity: Annotated[
        _Texts,
        Query(
            description="Named entity in any spelling, `سوريا` or `LOC:سوريا` (PER, LOC, ORG, MISC), or an entity's "
            "id; several: all. `meant` in the answer says whom each means.",
            examples=["LOC:سوريا"],
        ),
    ] = [],  # noqa: B006
    day: Annotated[_Days, Query(description="Day of publication (UTC); several: any of them.")] = [],  # noqa: B006
    language: Annotated[_Texts, Query(description="`ar`, `fa`, `en` …; several: any of them.")] = [],  # noqa: B006
    since: Annotated[
        _Moment | None, Query(alias="from", description="Published then or later; a date or a time (RFC 3339).")
    ] = None,
    until: Annotated[
        _Moment | None, Query(alias="to", description="Published then or earlier; a date means the whole day.")
    ] = None,
) -> Filters:
    return Filters(
        outlets=tuple(outlet),
        entities=tuple(entity),
        days=tuple(day),
        languages=tuple(language),
        since=since,
        until=until,
    )


AskedFilters = Annotated[Filters, Depends(_filters)]
MAX_DEPTH = 1000
"""So many stories can be paged through; who wants more narrows the search."""

AskedPage = Annotated[int, Query(ge=1, le=MAX_DEPTH, description="From 1.")]
AskedSize = Annotated[int, Query(ge=1, le=100, description="Per page.")]
AskedId = Annotated[str, Path(description="Percent-encoded.", examples=["alwatan:0a1b2c3d4e5f60718293"])]
AskedText = Annotated[bool, Query(description="With the bodies, and what the stretches say in each.")]
