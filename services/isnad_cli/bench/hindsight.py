"""The best stories that anyone could make who knew all articles beforehand: how much a rule can be asked for (pure).

To divide articles so that pairs within a story are true ones and pairs across are not is correlation clustering
(Bansal, Blum, Chawla 2004), which has no quick exact solution. Here articles move to the story that gains most, and
stories are joined where that gains, until nothing gains any more; from several beginnings, of which the best counts.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from random import Random

from isnad.similarity.stories import SHORT
from isnad_cli.bench.truth import Truth

_TRUE = 0.5
_BEGINNINGS = 5


def best_stories(truth: Truth, price: float) -> list[str]:
    """Return a story for each article, so that true pairs - price × false pairs within stories is all but greatest.

    A pair is true from a containment of .5 on. Short texts, which no rule may let join, stay alone.
    """
    friends: defaultdict[int, list[int]] = defaultdict(list)
    long = truth.sizes >= SHORT
    true = (truth.containment >= _TRUE) & long[truth.later] & long[truth.earlier]
    for one, other in zip(truth.later[true].tolist(), truth.earlier[true].tolist(), strict=True):
        friends[one].append(other)
        friends[other].append(one)
    attempts = [_Attempt(friends, price, Random(seed)) for seed in range(_BEGINNINGS)]  # noqa: S311  no secret
    best = max(attempts, key=lambda attempt: attempt.gained())
    return [str(best.story_of.get(article, article)) for article in range(truth.sizes.size)]


class _Attempt:
    def __init__(self, friends: dict[int, list[int]], price: float, random: Random) -> None:
        self._friends = friends
        self._price = price
        self.story_of = {article: article for article in friends}
        self._members = Counter(self.story_of.values())
        self._next = max(friends, default=0) + 1
        order = sorted(friends)
        random.shuffle(order)
        while self._move(order) or self._merge():
            pass

    def gained(self) -> float:
        within = sum(
            self.story_of[one] == self.story_of[other] for one, all_ in self._friends.items() for other in all_
        )
        pairs = sum(members * (members - 1) for members in self._members.values())
        return (within - self._price * (pairs - within)) / 2

    def _gain(self, story: int, articles: int, friends: int) -> float:
        """Return what is gained where so many articles come to a story that have so many friends there."""
        return friends - self._price * (self._members[story] * articles - friends)

    def _move(self, order: Sequence[int]) -> bool:
        moved = False
        for article in order:
            present = self.story_of[article]
            self._members[present] -= 1
            near = Counter(self.story_of[friend] for friend in self._friends[article])
            gains = {story: self._gain(story, 1, count) for story, count in near.items()}
            gains[present] = self._gain(present, 1, near[present])
            # Staying comes first among equals, so that it ends.
            best = max((present, *gains), key=lambda story: gains[story])
            if gains[best] < 0:
                best, self._next = self._next, self._next + 1
            self._members[best] += 1
            self.story_of[article] = best
            moved |= best != present
        return moved

    def _merge(self) -> bool:
        between: Counter[tuple[int, int]] = Counter()
        for one, friends in self._friends.items():
            for other in friends:
                if self.story_of[one] < self.story_of[other]:
                    between[self.story_of[one], self.story_of[other]] += 1
        merged: dict[int, int] = {}
        for (into, story), count in between.items():
            if into in merged or story in merged or into in merged.values() or story in merged.values():
                continue
            if self._gain(into, self._members[story], count) > 0:
                merged[story] = into
        for article, story in self.story_of.items():
            if story in merged:
                self.story_of[article] = merged[story]
        for story, into in merged.items():
            self._members[into] += self._members.pop(story)
        return bool(merged)
