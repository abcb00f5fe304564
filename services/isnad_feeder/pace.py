"""Sending at a given rate (pure): when the next batch may go."""

import re

from isnad.errors import RequestError

_SECONDS = {"s": 1, "m": 60, "h": 3600}


def parse_rate(text: str) -> float:
    """Return articles per second from a text like `50/s`, `600/m`, `1000/h` or `50`.

    Raises:
        RequestError: the text is no rate, or a rate of nothing.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(?:/\s*([smh]))?\s*", text)
    if match is None or float(match[1]) == 0:
        raise RequestError(f"--rate {text!r}: write articles per second, minute or hour, as in --rate 50/s")
    return float(match[1]) / _SECONDS[match[2] or "s"]


class Pace:
    """Hands out departure times, evenly spaced on average; time that was not used is not made up for in a burst."""

    def __init__(self, per_second: float | None) -> None:
        self._per_second = per_second
        self._free_at = float("-inf")

    def batch_size(self, largest: int) -> int:
        """How many articles to send at once, so that a slow rate still flows."""
        if self._per_second is None:
            return largest
        return max(1, min(largest, int(self._per_second / 5)))

    def delay(self, count: int, now: float) -> float:
        """Take room for `count` articles; return how many seconds to wait before sending them."""
        if self._per_second is None:
            return 0.0
        starts = max(self._free_at, now)
        self._free_at = starts + count / self._per_second
        return starts - now
