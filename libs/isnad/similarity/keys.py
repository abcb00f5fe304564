"""The keys in a window, and which entry is the newest of each (pure)."""

from collections import deque
from collections.abc import Collection, Iterator
from itertools import islice


class Keys:
    """A dictionary from keys to entries' numbers, of which those before the window count no more.

    To delete all keys of a segment at once takes too long: those of one that left the window go in the course of what
    comes.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._numbers: dict[str, int] = {}
        self._oldest = 0
        self._leaving: deque[Iterator[tuple[int, str]]] = deque()
        self._left = 0

    def __len__(self) -> int:
        return len(self._numbers) - self._left

    def __contains__(self, key: str) -> bool:
        return self.number(key) is not None

    def number(self, key: str) -> int | None:
        """Return the newest entry of a key in the window."""
        number = self._numbers.get(key)
        return None if number is None or number < self._oldest else number

    def put(self, key: str, number: int) -> int | None:
        """Take in an entry, the newest of its key, and return the one that was before."""
        before = self._numbers.get(key)
        self._numbers[key] = number
        if before is not None and before < self._oldest:
            self._left -= 1
            return None
        return before

    def put_all(self, keys: Collection[str], first: int) -> None:
        """Take in entries, the first of this number, where none ever left the window."""
        self._numbers.update(zip(keys, range(first, first + len(keys)), strict=True))

    def take_back(self, key: str, before: int | None) -> None:
        """Undo the last `put` of a key, which returned `before`."""
        if before is None:
            del self._numbers[key]
        else:
            self._numbers[key] = before

    def remove(self, key: str) -> int:
        """Let no entry be the newest of a key, and return the one that was.

        Raises:
            KeyError: there is none in the window.
        """
        if key not in self:
            raise KeyError(key)
        return self._numbers.pop(key)

    def forget(self, first: int, keys: Collection[str], newest: int) -> None:
        """Forget the oldest entries, which have these keys and the numbers from `first` on.

        Args:
            first: the number of the first.
            keys: theirs.
            newest: how many of them are the newest of their key.
        """
        self._oldest = first + len(keys)
        self._left += newest
        self._leaving.append(iter(enumerate(keys, first)))

    def go_on(self, keys: int) -> None:
        """Delete so many of the keys that left the window, if there are so many."""
        while keys > 0 and self._leaving:
            some = list(islice(self._leaving[0], keys))
            for number, key in some:
                if self._numbers.get(key) == number:
                    del self._numbers[key]
                    self._left -= 1
            if len(some) < keys:
                self._leaving.popleft()
            keys -= len(some)
