"""How well names, credits and datelines agree with articles labelled by hand (pure).

A found name is the labelled one when their offsets share more than half of what both cover. Its canonical name is right
when it is the one assigned to the labelled thing: each thing of the labels is assigned at most one of our canonical
names, and each of ours at most one thing, so that most mentions agree. Which name stands for a thing is therefore
free («الولايات المتحدة» or «أميركا»), but it must be one name in all articles, and no other thing's. That is CEAF
with shared mentions as similarity (Luo 2005, "On coreference resolution performance metrics"), over all articles,
with a greedy assignment, the largest agreement first.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypedDict, get_args

from isnad.messages import Credit, Dateline, EntityType, Mention
from isnad_cli.bench.labels import LabelledArticle, LabelledMention, Text

Role = Literal["credit", "quoted"]


class _Placed(Protocol):
    @property
    def field(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Found:
    """What is found in a text."""

    mentions: Sequence[Mention]
    credits: Sequence[Credit]
    dateline: Dateline | None


class Score(TypedDict):
    """Of what was found the share that is right, and of what is labelled the share that was found; None of none."""

    labelled: int
    found: int
    precision: float | None
    recall: float | None


class NameScore(TypedDict):
    """Shares of the labelled mentions: found at all, with the right type too, with the right canonical name as well."""

    labelled: int
    found: float
    typed: float
    canonical: float


class Report(TypedDict):
    """What `isnad bench entities` prints of the labelled articles."""

    articles: int
    credit: Score
    quoted: Score
    dateline: Score
    names: dict[str, NameScore]


@dataclass(slots=True)
class _Count:
    labelled: int = 0
    found: int = 0
    right: int = 0
    """Of those found."""
    hit: int = 0
    """Of those labelled."""

    def score(self) -> Score:
        return Score(
            labelled=self.labelled,
            found=self.found,
            precision=round(self.right / self.found, 4) if self.found else None,
            recall=round(self.hit / self.labelled, 4) if self.labelled else None,
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """A labelled mention and the one that was found there."""

    article: str
    labelled: LabelledMention
    found: Mention | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """All labels beside all that was found."""

    pairs: list[Pair] = field(default_factory=list)
    roles: dict[Role, _Count] = field(default_factory=lambda: {"credit": _Count(), "quoted": _Count()})
    dateline: _Count = field(default_factory=_Count)


def measure(labels: Sequence[LabelledArticle], texts: Mapping[str, Text], read: Callable[[Text], Found]) -> Report:
    """Return how far what `read` finds agrees with the labels."""
    agreement = compare(labels, texts, read)
    return Report(
        articles=len(labels),
        credit=agreement.roles["credit"].score(),
        quoted=agreement.roles["quoted"].score(),
        dateline=agreement.dateline.score(),
        names=_names(agreement.pairs),
    )


def compare(labels: Sequence[LabelledArticle], texts: Mapping[str, Text], read: Callable[[Text], Found]) -> Agreement:
    """Return the labels of the articles beside what `read` finds in them."""
    agreement = Agreement()
    for label in labels:
        text = texts[label.id]
        found = read(text)
        for role, count in agreement.roles.items():
            _count_credits(label, found.credits, role, count)
        _count_dateline(label, text, found.dateline, agreement.dateline)
        agreement.pairs.extend(Pair(label.id, one, _same_place(one, found.mentions)) for one in label.mentions)
    return agreement


def assigned(pairs: Sequence[Pair]) -> dict[str, str]:
    """Return our canonical name of each labelled thing that has one; see above."""
    shared = Counter(
        (pair.labelled.canonical, pair.found.canonical)
        for pair in pairs
        if pair.found is not None and pair.found.type == pair.labelled.type
    )
    ours: dict[str, str] = {}
    taken: set[str] = set()
    for (thing, name), _ in sorted(shared.items(), key=lambda one: (-one[1], one[0][0] != one[0][1], one[0])):
        if thing not in ours and name not in taken:
            ours[thing] = name
            taken.add(name)
    return ours


def is_right(pair: Pair, ours: Mapping[str, str]) -> bool:
    """Tell whether a labelled mention was found with its type and its canonical name."""
    found, labelled = pair.found, pair.labelled
    return found is not None and found.type == labelled.type and ours.get(labelled.canonical) == found.canonical


def _names(pairs: Sequence[Pair]) -> dict[str, NameScore]:
    ours = assigned(pairs)
    by_type = {"all": pairs} | {
        kind: [pair for pair in pairs if pair.labelled.type == kind] for kind in get_args(EntityType)
    }
    return {
        kind: NameScore(
            labelled=len(some),
            found=round(sum(pair.found is not None for pair in some) / len(some), 4),
            typed=round(
                sum(pair.found is not None and pair.found.type == pair.labelled.type for pair in some) / len(some), 4
            ),
            canonical=round(sum(is_right(pair, ours) for pair in some) / len(some), 4),
        )
        for kind, some in by_type.items()
        if some
    }


def _count_credits(label: LabelledArticle, found: Sequence[Credit], role: Role, count: _Count) -> None:
    """An agency named in full and again in brackets behind it is one label, and any part of it is it."""
    ours = [one for one in found if one.role == role]
    theirs = [one for one in label.credits if one.role == role]
    count.labelled += len(theirs)
    count.found += len(ours)
    count.right += sum(any(_overlap(one, it) and one.agency == it.agency for it in theirs) for one in ours)
    count.hit += sum(any(_overlap(one, it) and one.agency == it.agency for one in ours) for it in theirs)


def _count_dateline(label: LabelledArticle, text: Text, found: Dateline | None, count: _Count) -> None:
    count.labelled += label.dateline is not None
    count.found += found is not None
    if label.dateline is not None and found is not None:
        same = found.places == tuple(text.body[start:end] for start, end in label.dateline.places)
        count.right += same
        count.hit += same


def _same_place(labelled: LabelledMention, found: Sequence[Mention]) -> Mention | None:
    return next((one for one in found if _mostly_same(labelled, one)), None)


def _mostly_same(one: _Placed, other: _Placed) -> bool:
    both = _overlap(one, other)
    covered = (one.end - one.start) + (other.end - other.start) - both
    return 2 * both > covered


def _overlap(one: _Placed, other: _Placed) -> int:
    """Characters that two spans share."""
    if one.field != other.field:
        return 0
    return max(0, min(one.end, other.end) - max(one.start, other.start))
