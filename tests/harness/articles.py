"""Numbered articles of made-up Arabic words: every fifth reprints an earlier one, every tenth only half of it."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

Article = dict[str, object]

_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
_REMEMBERED = 400
"""Reprints are of one of the last so many, so that an endless run needs no more memory."""


def numbered_articles(name: str, seed: int = 1) -> Iterator[Article]:
    """Yield articles without end; their ids are `name:0`, `name:1` … and the same seed gives the same texts."""
    chance = random.Random(seed)
    lexicon = ["".join(chance.choices(_LETTERS, k=chance.randint(2, 7))) for _ in range(3000)]
    earlier: list[str] = []
    number = 0
    while True:
        body = " ".join(chance.choices(lexicon, k=chance.randint(60, 250))) + "."
        if number % 5 == 4:
            body = chance.choice(earlier)
            if number % 10 == 9:
                body = body[: len(body) // 2]
        else:
            earlier.append(body)
            del earlier[:-_REMEMBERED]
        published_at = datetime(2018, 1, 11, 10, tzinfo=UTC) + timedelta(days=chance.randint(0, 80), minutes=number)
        yield {
            "schema": 1,
            "id": f"{name}:{number}",
            "source": f"outlet-{chance.randrange(7)}",
            "title": " ".join(chance.choices(lexicon, k=7)),
            "body": body,
            "published_at": published_at.isoformat(),
        }
        number += 1
