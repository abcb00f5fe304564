"""The libraries that people use today, asked as a stream: each text about all earlier ones, then it is put in.

They know sets of tokens, so texts become shingles in Python: of the same normalised words as isnad's, joined by spaces.
What they answer are candidates, texts whose MinHash agrees in a whole band; they are taken as they are.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from isnad.text.words import words

Tokens = list[str]
Candidates = list[list[int]]
"""For each text the numbers of those found; its own number is not among them."""

_BATCH = 200
_SEED = 42


@dataclass(frozen=True, slots=True)
class Setting:
    """How a MinHash index is cut: the more bands of the fewer rows, the less alike two texts need to be."""

    num_perm: int
    bands: int

    @property
    def rows(self) -> int:
        """Hashes in a band."""
        return self.num_perm // self.bands


BALANCED = Setting(128, 64)
"""Finds most before wrong candidates outnumber the right ones: about every second is a pair with containment >= .5."""

MOST = Setting(512, 256)
"""Finds most as long as a fifth of the candidates are right. Bands of a single row find the last pairs at thirty
candidates for each of them; see `SWEEP`."""

USUAL = (Setting(128, 32), Setting(126, 42), BALANCED, MOST)
"""From a threshold of about .5 down, for the plot."""

SWEEP = (
    Setting(128, 16),
    *USUAL,
    Setting(256, 64),
    Setting(256, 128),
    Setting(512, 128),
    Setting(128, 128),
    Setting(256, 256),
)
"""What `--sweep` tries."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A library at work on token sets."""

    name: str
    candidates: Callable[[Iterable[Tokens], Setting], Candidates]


def tokens(text: str) -> Tokens:
    """Return the 5-word shingles of a text, in the quickest way that plain Python has."""
    all_words = words(text)
    return list(map(" ".join, zip(all_words, all_words[1:], all_words[2:], all_words[3:], all_words[4:], strict=False)))


def rensa(token_sets: Iterable[Tokens], setting: Setting) -> Candidates:
    """Ask rensa (Rust): sketches of a batch at once, which is its quickest way for a stream."""
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=0.5, num_perm=setting.num_perm, num_bands=setting.bands)
    found: Candidates = []
    for batch in _batches(token_sets):
        for sketch in RMinHash.from_token_sets(batch, setting.num_perm, _SEED):
            found.append(index.query(sketch))
            index.insert(len(found) - 1, sketch)
    return found


def datasketch(token_sets: Iterable[Tokens], setting: Setting) -> Candidates:
    """Ask datasketch (numpy)."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=setting.num_perm, params=(setting.bands, setting.rows))
    encoded = ([token.encode() for token in one] for one in token_sets)
    found: Candidates = []
    for sketch in MinHash.generator(encoded, num_perm=setting.num_perm, seed=_SEED):
        found.append(index.query(sketch))
        index.insert(len(found) - 1, sketch)
    return found


PEERS = (Peer("rensa", rensa), Peer("datasketch", datasketch))


def _batches(token_sets: Iterable[Tokens]) -> Iterator[Sequence[Tokens]]:
    batch: list[Tokens] = []
    for one in token_sets:
        batch.append(one)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
