"""Two articles of files side by side, for `isnad explain --input`."""

from collections.abc import Sequence
from pathlib import Path

from isnad.errors import RequestError
from isnad.messages import Span
from isnad.offline import Reading
from isnad.similarity.comparison import compare
from isnad_cli.compared import Article, Compared, Numbers, Passage, Stretch
from isnad_dedup.matching.events import Arrival
from isnad_dedup.offline import archives
from isnad_dedup.offline.lines import Clerk

_SHOW_EVERY = 500


def compared_in(paths: Sequence[Path], id_: str, other: str, *, skip_bad: bool) -> Compared:
    """Find two articles in files and compare them; of an article that comes several times, the last text counts.

    Args:
        paths: the files, or folders of them, in the order of the log.
        id_: one article.
        other: another.
        skip_bad: leave out what is no article.

    Raises:
        RequestError: an article is not there, or a file is not as it must be.
    """
    files = archives.files(paths)
    found: dict[str, Arrival] = {}
    with Reading(archives.size_of(files), skip_bad=skip_bad, show_every=_SHOW_EVERY) as reading:
        for article in archives.articles(files, Clerk(), reading):
            if article.id in (id_, other):
                found[article.id] = article
    if missing := [one for one in (id_, other) if one not in found]:
        where = str(files[0]) if len(files) == 1 else f"None of the {len(files):,} files"
        there = f"{where} has no article" if len(files) == 1 else f"{where} has an article"
        raise RequestError(f"{there} with the id {' or '.join(missing)}.")
    return _compared(found[id_], found[other])


def _compared(article: Arrival, other: Arrival) -> Compared:
    result = compare(article.body, other.body)
    return Compared(
        article=_side(article, result.size),
        other=_side(other, result.other_size),
        same_story=None,
        linked_by=None,
        stated=None,
        now=Numbers(result.jaccard, result.contained, result.contains, result.shared),
        changed=False,
        stretches=tuple(
            Stretch(one.words, _passage(one.here, article.body), _passage(one.there, other.body))
            for one in result.stretches
        ),
    )


def _side(article: Arrival, shingles: int) -> Article:
    return Article(
        id=article.id,
        source=article.source,
        title=article.title,
        url=article.url,
        published_at=None if article.undated else article.published_at,
        dated=not article.undated,
        story_id=None,
        relation=None,
        shingles=shingles,
        body=article.body,
    )


def _passage(span: Span, body: str) -> Passage:
    return Passage(span.start, span.end, body[span.start : span.end])
