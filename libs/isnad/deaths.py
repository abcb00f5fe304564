"""How often a record died before: a header that a replay puts on it and the stages carry on (pure).

Kafka's own redelivery changes nothing in a record, so it is no further death.
"""

from isnad.outcomes import Headers

HEADER = "isnad-deaths"
"""Its value is the number in ASCII digits; whoever sends a dead letter's original again writes it."""

_MOST_DIGITS = 6
"""Anybody may send any header; a number longer than this is none."""


def earlier(headers: Headers) -> int:
    """Return how often the record with these headers died before; 0 also where the header is not a number."""
    for name, value in headers:
        if name == HEADER and value.isdigit() and len(value) <= _MOST_DIGITS:
            return int(value)
    return 0


def marked(headers: Headers, deaths: int) -> Headers:
    """Return the headers with this number of deaths, the others as they are."""
    return (*(one for one in headers if one[0] != HEADER), (HEADER, str(deaths).encode()))
