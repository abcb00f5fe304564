"""Unlabelled news: its rows of words, how often each word stands in it, what the rules say of it.

News is a folder of .jsonl.gz or .jsonl files, or such files: an article a line, with `title` and `body`. Files are read
in the order of their names, so the same news gives the same model.
"""

import gzip
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import msgspec
import numpy as np
from numpy.typing import NDArray

from isnad.errors import RequestError
from isnad_entities.tagging.fast.classes import BOTH, FIRST, INSIDE, STEPS, without_digits
from isnad_entities.tagging.labels import TYPES
from isnad_entities.training.corpora import Span
from isnad_entities.words.passage import Gap, Passage

_LEAST = 4
"""Rarer words of the news are not kept: little can be said of them."""

_CLEARLY = 3


class _Article(msgspec.Struct):
    title: str | None = None
    body: str | None = None


Opinion = Callable[[list[Passage]], Iterable[tuple[Passage, Span]]]
"""Says which words of passages are names."""


@dataclass
class News:
    """What is counted of unlabelled news."""

    sentences: list[list[str]] = field(default_factory=list)
    """Rows of normalised words, digits as 0, between the ends of sentences."""
    counts: Counter[str] = field(default_factory=Counter)
    named: dict[str, list[int]] = field(default_factory=dict)
    """For each word and type how often it is a name's first word, and a later one: `[2 × types]`."""

    def frequent(self) -> list[str]:
        """Return the words that are kept, in the order of their spelling."""
        return sorted(word for word, count in self.counts.items() if count >= _LEAST)


def articles(paths: Iterable[Path]) -> Iterator[list[Passage]]:
    """Yield the passages of each article.

    Raises:
        RequestError: a file can't be read or a line is no article; the text names it.
    """
    for path in paths:
        files = sorted(path.glob("*.jsonl*")) if path.is_dir() else [path]
        if not files:
            raise RequestError(f"{path} has no .jsonl or .jsonl.gz file. Give news, an article a line.")
        for file in files:
            try:
                with _opened(file) as lines:
                    for line in lines:
                        article = msgspec.json.decode(line, type=_Article)
                        yield [Passage.of("title", article.title or ""), Passage.of("body", article.body or "")]
            except (OSError, EOFError, msgspec.MsgspecError) as exc:
                raise RequestError(f"{file} can't be read as news, an article a line: {exc}") from exc


def read(paths: Iterable[Path], opinion: Opinion, advance: Callable[[], None] = lambda: None) -> News:
    """Return what is counted of the articles; `advance` is called after each."""
    news = News()
    for passages in articles(paths):
        spelled = {id(passage): [without_digits(token.word) for token in passage.tokens] for passage in passages}
        for passage in passages:
            row: list[str] = []
            for word, gap in zip(spelled[id(passage)], passage.gaps, strict=False):
                if gap is Gap.STOP and row:
                    news.sentences.append(row)
                    row = []
                row.append(word)
            if row:
                news.sentences.append(row)
            news.counts.update(spelled[id(passage)])
        for passage, (first, last, kind) in opinion(passages):
            column = 2 * TYPES.index(kind)
            for place in range(first, last + 1):
                held = news.named.setdefault(spelled[id(passage)][place], [0] * (2 * len(TYPES)))
                held[column + (place > first)] += 1
        advance()
    return news


def opinions(news: News, words: Iterable[str]) -> NDArray[np.uint8]:
    """Return how often each word is named, as `Classes.opinions` has it."""
    nothing = [0] * (2 * len(TYPES))
    return np.array(
        [
            [_opinion(row[2 * kind], row[2 * kind + 1], news.counts[word]) for kind in range(len(TYPES))]
            for word in words
            for row in (news.named.get(word, nothing),)
        ],
        np.uint8,
    ).reshape(-1, len(TYPES))


def often(news: News, words: Iterable[str]) -> NDArray[np.uint8]:
    """Return how often each word stands in the news, as `Classes.often` has it."""
    return (2 * np.log10([news.counts[word] for word in words])).astype(np.uint8)


def _opinion(first: int, later: int, count: int) -> int:
    step = int(np.searchsorted(STEPS, (first + later) / count, side="right"))
    where = FIRST if first > _CLEARLY * later else INSIDE if later > _CLEARLY * first else BOTH
    return len((FIRST, INSIDE, BOTH)) * step + where if step else 0


def _opened(file: Path) -> IO[bytes]:
    return gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb")  # type: ignore[return-value]
