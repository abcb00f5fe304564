"""The verdicts on the articles of files, for `isnad dedup --input`."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from isnad.offline import Reading
from isnad.similarity.window import Window
from isnad_dedup.matching.events import Arrival
from isnad_dedup.matching.matcher import Matcher
from isnad_dedup.offline import archives
from isnad_dedup.offline.archives import Verdicts
from isnad_dedup.offline.lines import Clerk, TimeFrom

_BATCH_CHARACTERS = 8_000_000
"""In the bodies of a batch: some books, should the articles be books."""
_SHOW_EVERY = 1_000
"""Articles from one move of the bar to the next."""


def answer(
    sources: Sequence[Path],
    verdicts: Verdicts,
    *,
    window: Window,
    time_from: TimeFrom,
    latest: datetime,
    folder: Path,
    skip_bad: bool,
    batch_articles: int = 512,
) -> str:
    """Write the verdict on each article, one file after the other, and return what was left out, in words.

    In memory are a batch of articles and what `Matcher` keeps of those in the window.

    Args:
        sources: files, and folders of them.
        verdicts: where the verdicts are written to, in the order of the articles.
        window: how far back articles are compared.
        time_from: the field that tells when an article came in.
        latest: what is dated after it is dated wrongly, and does not move the window.
        folder: an empty one for working files.
        skip_bad: whether what is no article is left out.
        batch_articles: so many are answered in one pass; the verdicts are the same with any number.

    Raises:
        RequestError: a file can't be read, or holds what is no article.
        SetupError: a file is Parquet, and pyarrow is not there.
        StorageUnavailable: the working files can't be written.
    """
    paths, clerk = archives.files(sources), Clerk(time_from, latest)
    with (
        Matcher(window, evidence=False, events=False, folder=folder) as matcher,
        Reading(archives.size_of(paths), skip_bad=skip_bad, show_every=_SHOW_EVERY) as reading,
        closing(archives.articles(paths, clerk, reading)) as articles,
    ):
        for batch in _batches(articles, batch_articles):
            for article, given in zip(batch, matcher.answer_all(batch), strict=True):
                verdicts.write(article.id, given.verdict)
    if clerk.too_late:
        click.echo(
            f"{clerk.too_late:,} articles have a {time_from} in the future (after {latest:%Y-%m-%d}): for the window "
            "each counts as of the time of the one before it.",
            err=True,
        )
    if clerk.before_all:
        click.echo(
            f"{clerk.before_all:,} articles without a {time_from} stand before the first that has one: they count as "
            "older than all others, which were not compared with them. Put them behind it, or give them one.",
            err=True,
        )
    return reading.left_out


def _batches(articles: Iterable[Arrival], most: int) -> Iterator[list[Arrival]]:
    batch: list[Arrival] = []
    characters = 0
    for article in articles:
        batch.append(article)
        characters += len(article.body)
        if len(batch) == most or characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
