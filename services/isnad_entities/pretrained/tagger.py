"""Tags passages by a transformers model: reads them into batches, runs these, and reads the answers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from isnad_entities.pretrained.batches import batches
from isnad_entities.pretrained.checkpoint import Checkpoint
from isnad_entities.pretrained.graph import Feeds, Graph
from isnad_entities.pretrained.labels import Labels
from isnad_entities.pretrained.pieces import JOINT, Pieces, pieces_of
from isnad_entities.pretrained.spans import Standing, probabilities, spans
from isnad_entities.pretrained.subwords import Cutter, Subwords
from isnad_entities.pretrained.windows import Window, windows
from isnad_entities.tagging.tagger import Tagged
from isnad_entities.words.passage import Passage

WINDOW = 256
"""Sub-words read together, special ones included: several sentences. Taggers are trained on less; more cost more for
each word, and a model that takes fewer gets fewer."""
_OVERLAP = 4
"""A window shares up to this part of itself with the next."""
_BATCH_CPU = 2_048
"""Sub-words of a batch, so that what is calculated with stays near the processor."""
_BATCH_GPU = 16_384


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows that the graph is given together, and where in its answer the pieces stand."""

    feeds: Feeds
    judged: NDArray[np.int64]
    """Which of all judged pieces, in the order of the passages."""
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Passages, ready for the graph."""

    passages: int
    standing: Standing
    """Where the pieces that are judged stand."""
    batches: list[Batch]


class PretrainedTagger:
    """A `Tagger` that asks a transformers model."""

    def __init__(
        self, checkpoint: Checkpoint, graph: Graph, labels: Labels, window: int = WINDOW, batch: int | None = None
    ) -> None:
        """Make a tagger of a model's parts.

        Args:
            checkpoint: its tokenizer, and how much it takes.
            graph: its network.
            labels: its labels read as ours.
            window: at most so many sub-words are read together, special ones included.
            batch: at most so many sub-words go into the graph at once; None is what suits the device.
        """
        self.graph = graph
        self._checkpoint = checkpoint
        self._labels = labels
        self._cutter = Cutter(checkpoint.tokenizer)
        most = min(window, checkpoint.most or window)
        self._most = max(1, most - len(checkpoint.prefix) - len(checkpoint.suffix))
        self._batch = batch or (_BATCH_GPU if graph.on_gpu else _BATCH_CPU)

    def tag(self, passages: Sequence[Passage]) -> list[list[Tagged]]:
        """Return the names of each passage; see `isnad_entities.tagging.tagger.Tagger`."""
        prepared = self.prepare(passages)
        answers = [self.graph.run(batch.feeds) for batch in prepared.batches]
        return self.read(prepared, answers)

    def prepare(self, passages: Sequence[Passage]) -> Prepared:
        """Read passages into what the graph is given."""
        pieces = [pieces_of(passage) for passage in passages]
        cut = self._cutter.cut([one.written for one in pieces])
        standing = _standing(pieces, cut)
        return Prepared(len(pieces), standing, list(self._batches(standing, cut)))

    def read(self, prepared: Prepared, answers: Iterable[NDArray[np.floating]]) -> list[list[Tagged]]:
        """Return the names of each passage, from what the graph answered to each batch."""
        standing = prepared.standing
        rows = np.zeros((len(standing.words), len(self._labels.kinds)), np.float32)
        for batch, logits in zip(prepared.batches, answers, strict=True):
            rows[batch.judged] = probabilities(logits[batch.rows, batch.columns])
        counting = standing.words != JOINT
        counted = Standing(standing.passages[counting], standing.words[counting], standing.starts[counting])
        return spans(rows[counting], counted, self._labels, prepared.passages)

    def _batches(self, standing: Standing, cut: Subwords) -> Iterator[Batch]:
        cuts = np.array([(window.start, window.end, window.owned) for window in self._windows(standing, cut)], np.int64)
        if not len(cuts):
            return
        starts, ends, owned = cuts.T
        before, after = self._checkpoint.prefix, self._checkpoint.suffix
        lengths = ends - starts + len(before) + len(after)
        owner = np.searchsorted(owned, cut.firsts, side="right") - 1
        columns = cut.firsts - starts[owner] + len(before)
        bounds = np.searchsorted(owner, np.arange(len(cuts) + 1))
        for chosen in batches(lengths, self._batch):
            ids = np.full((len(chosen), lengths[chosen[0]]), self._checkpoint.padding, np.int64)
            for row, window in enumerate(chosen):
                end = lengths[window] - len(after)
                ids[row, : len(before)] = before
                ids[row, len(before) : end] = cut.ids[starts[window] : ends[window]]
                ids[row, end : lengths[window]] = after
            judged = [np.arange(bounds[window], bounds[window + 1]) for window in chosen]
            yield Batch(
                self.graph.feeds(ids, lengths[chosen]),
                judged=np.concatenate(judged),
                rows=np.repeat(np.arange(len(chosen)), [len(one) for one in judged]),
                columns=columns[np.concatenate(judged)],
            )

    def _windows(self, standing: Standing, cut: Subwords) -> Iterator[Window]:
        """The windows of all passages, in order, as they lie in the row of all sub-words."""
        bounds = np.searchsorted(cut.firsts, cut.passages)
        for number, (offset, end) in enumerate(pairwise(cut.passages.tolist())):
            if end - offset <= self._most:
                if end > offset:
                    yield Window(offset, end, offset)
                continue
            judged = slice(bounds[number], bounds[number + 1])
            words = cut.firsts[judged] - offset
            sentences = words[standing.starts[judged]]
            overlap = self._most // _OVERLAP
            for one in windows(end - offset, words.tolist(), sentences.tolist(), self._most, overlap):
                yield Window(offset + one.start, offset + one.end, offset + one.owned)


def _standing(pieces: Sequence[Pieces], cut: Subwords) -> Standing:
    """Where the pieces stand that have sub-words."""
    size = sum(len(passage.written) for passage in pieces)
    words = np.fromiter(chain.from_iterable(passage.places for passage in pieces), np.int64, size)
    starts = np.fromiter(chain.from_iterable(passage.starts for passage in pieces), np.bool_, size)
    passages = np.repeat(np.arange(len(pieces)), [len(passage.written) for passage in pieces])
    return Standing(passages[cut.pieces], words[cut.pieces], starts[cut.pieces])
