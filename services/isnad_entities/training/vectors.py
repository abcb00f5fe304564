"""Classes of words by the company they keep: word2vec, then k-means within k-means.

Vectors by skip-gram with negative sampling over the two nearest words (Mikolov et al. 2013): so near a window puts
together words of one kind rather than of one topic. One thread and a fixed seed give the same vectors each time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Settings:
    """How many classes, and how long to learn."""

    finest: int = 2000
    coarser: tuple[int, ...] = (600, 200, 64)
    dimensions: int = 100
    epochs: int = 4
    seed: int = 1


_WINDOW = 2
_NEGATIVE = 8
_SAMPLE = 1e-4
_LEAST = 4
_ROUNDS = 12
_AT_ONCE = 8192
_CANDIDATES = 20


def vectors(sentences: Sequence[Sequence[str]], settings: Settings, advance: Callable[[], None]) -> dict[str, Floats]:
    """Return a vector of length 1 for each frequent word; `advance` is called after each epoch."""
    from gensim.models import Word2Vec
    from gensim.models.callbacks import CallbackAny2Vec

    class Advance(CallbackAny2Vec):  # type: ignore[misc]  # gensim ships no types
        def on_epoch_end(self, model: object) -> None:  # noqa: ARG002  gensim's signature
            advance()

    model = Word2Vec(
        sentences,
        vector_size=settings.dimensions,
        window=_WINDOW,
        min_count=_LEAST,
        sg=1,
        negative=_NEGATIVE,
        sample=_SAMPLE,
        epochs=settings.epochs,
        seed=settings.seed,
        workers=1,
        callbacks=[Advance()],
    )
    held = model.wv.vectors / np.linalg.norm(model.wv.vectors, axis=1, keepdims=True)
    return dict(zip(model.wv.index_to_key, held, strict=True))


def classes(held: Floats, settings: Settings) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Return the finest class of each vector, and the coarser ones that each of the finest lies in.

    Args:
        held: vectors of length 1, the frequent words first.
        settings: how many classes.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # sums on several threads come out a little different each time
        finest, centres = _k_means(held, min(settings.finest, len(held)), settings.seed)
        coarser = [_k_means(centres, min(count, len(centres)), settings.seed)[0] for count in settings.coarser]
    return finest.astype(np.uint16), np.stack(coarser, axis=1).astype(np.uint16)


def _k_means(held: Floats, count: int, seed: int) -> tuple[NDArray[np.int64], Floats]:
    """Spherical k-means (Dhillon, Modha 2001), from vectors drawn among the first ones."""
    drawn = np.random.default_rng(seed).choice(min(len(held), _CANDIDATES * count), count, replace=False)
    centres = held[np.sort(drawn)].copy()
    for _ in range(_ROUNDS):
        nearest = _nearest(held, centres)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, held)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.maximum(lengths, np.finfo(np.float32).tiny), centres)
    return _nearest(held, centres), centres


def _nearest(held: Floats, centres: Floats) -> NDArray[np.int64]:
    return np.concatenate(
        [np.argmax(held[start : start + _AT_ONCE] @ centres.T, axis=1) for start in range(0, len(held), _AT_ONCE)]
    )
