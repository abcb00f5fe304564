"""What an article costs, in time and memory, while the window fills."""

import gc
import statistics
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Generic

import msgspec

from isnad.errors import RequestError
from isnad.similarity.snapshot import opened, write
from isnad_cli.bench import bars, machine
from isnad_cli.bench.engines import Engine, T
from isnad_cli.bench.machine import Timing, clocked
from isnad_cli.bench.ours import BATCH
from isnad_cli.bench.runs import Report
from isnad_cli.bench.synthetic import KINDS, SyntheticLog, article_id
from isnad_dedup.matching.events import Arrival

LAST = 10_000
"""The cost at a point is that of so many articles before it."""

WHILE_WRITING = 5_000
"""So many articles at most are taken while a snapshot is written."""

SIDE_BY_SIDE = 5_000
"""So many articles are taken by the full window and by a nearly empty one in turns."""

_WARM_UP = 400
_FOUND = 0.5
_LONG = 500
_LONGEST_REST_SECONDS = 0.1


def points_up_to(articles: int) -> list[int]:
    """Return the powers of ten from 10,000 up to so many articles, at which is measured, and that number itself."""
    points = [point for point in (10_000, 100_000, 1_000_000) if point < articles]
    return [*points, articles]


def articles_needed(points: Sequence[int]) -> int:
    """Return how many articles a log must have to measure at these points."""
    return points[-1] + WHILE_WRITING + SIDE_BY_SIDE


def grow(
    log: SyntheticLog,
    points: Sequence[int],
    make: Callable[[Path], Engine[T]],
    say: Callable[[str], None],
    advance: Callable[[int], None],
) -> Report:
    """Fill a window and measure when it holds so many articles; to be called on one core.

    `make` returns an empty engine that keeps its files in a folder, `say` is told what begins, `advance` how many
    articles are in. Making the texts is not counted.

    Raises:
        RequestError: the articles are too short.
    """
    reprinted = _a_long_one(log)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        say("loading the compiled code")
        _warm_up(log, make(folder / "warm-up"))
        before = machine.calibration()
        gc.collect()
        gc.freeze()
        try:
            growth = _Growth(log, reprinted, make, folder, advance)
            measured = [growth.measure(point, say) for point in points]
            say(f"measuring beside a window of {points[0]:,} articles")
            side_by_side = growth.beside(points[0])
        finally:
            gc.unfreeze()
    report = {
        "machine": {**machine.description(), "calibration": {"before": before, "after": machine.calibration()}},
        "points": measured,
        "side_by_side": side_by_side,
    }
    return {**report, "bars": bars.of_growth(report)}


def _a_long_one(log: SyntheticLog) -> Arrival:
    """Return an article that is long enough to be known for what it is when it is reprinted."""
    first = range(min(LAST, len(log)))
    for article in map(log.article, first):
        if len(article.body) > _LONG:
            return article
    raise RequestError(
        f"The articles of the corpus are too short: of the first {len(first):,} made of them none has more than "
        f"{_LONG} characters. Give longer ones."
    )


def _warm_up(log: SyntheticLog, engine: Engine[T]) -> None:
    engine.take([log.article(number) for number in range(min(_WARM_UP, len(log)))])
    engine.close()


class _Growth(Generic[T]):
    def __init__(
        self,
        log: SyntheticLog,
        reprinted: Arrival,
        make: Callable[[Path], Engine[T]],
        folder: Path,
        advance: Callable[[int], None],
    ) -> None:
        self._log = log
        self._reprinted = reprinted
        self._make = make
        self._folder = folder
        self._advance = advance
        self._previous: Path | None = None
        self._next = 0
        self._last: deque[Timing] = deque(maxlen=LAST // BATCH)
        self._longest = Timing(0.0, 0.0)
        self._planted: Counter[str] = Counter()
        self._found: Counter[str] = Counter()
        machine.give_back_memory()
        self._before = machine.resident()
        self._engine = make(folder / "window")

    def measure(self, point: int, say: Callable[[str], None]) -> Report:
        """Fill the window up to a point and return what is measured there."""
        say(f"filling the window up to {point:,} articles")
        while self._next < point:
            timing = self._take(point)
            self._longest = Timing(
                max(self._longest.clock_seconds, timing.clock_seconds),
                max(self._longest.cpu_seconds, timing.cpu_seconds),
            )
        held = self._next
        say(f"measuring at {held:,} articles")
        return {
            "articles": held,
            "microseconds_per_article": _cost(self._last),
            "longest_batch_seconds": _longest(self._last),
            "longest_batch_of_the_fill_seconds": {
                "cpu": round(self._longest.cpu_seconds, 4),
                "clock": round(self._longest.clock_seconds, 4),
            },
            "recall_of_planted": {
                "all": round(self._found.total() / self._planted.total(), 5),
                **{kind: round(self._found[kind] / self._planted[kind], 5) for kind in KINDS if self._planted[kind]},
            },
            "resident_bytes_per_article": machine.bytes_each(self._before, machine.resident(), held),
            "disk_bytes_per_article": round(machine.bytes_on_disk(self._folder / "window") / held),
            "snapshot": self._snapshot(),
        }

    def beside(self, point: int) -> Report:
        """Return the cost in this window and in one that holds so many articles, of batches given to both.

        So a disturbance of the machine meets both alike. Each goes first every other time, because the second finds the
        texts in the cache. The smaller window holds the newest articles of this one, and those of which planted ones in
        the batches are made: both find the same copies.
        """
        other = self._make(self._folder / "other")
        shown = range(self._next, min(self._next + SIDE_BY_SIDE, len(self._log)))
        held = self._newest(point, shown)
        for first in range(0, len(held), BATCH):
            other.take(self._articles(held[first : first + BATCH]))
        timings: dict[str, list[Timing]] = {"this": [], "other": []}
        links: Counter[str] = Counter()
        engines = [("this", self._engine), ("other", other)]
        for first in range(0, len(shown), BATCH):
            articles = self._articles(shown[first : first + BATCH])
            for name, engine in engines:
                taken = clocked(partial(engine.take, articles))
                timings[name].append(taken.timing)
                links[name] += sum(len(engine.linked(answer)) for answer in taken.result)
            engines.reverse()
        other.close()
        return {
            "articles": self._next,
            "beside_articles": point,
            "microseconds_per_article": _cost(timings["this"]),
            "beside_microseconds_per_article": _cost(timings["other"]),
            "links_per_article": round(links["this"] / len(shown), 3),
            "beside_links_per_article": round(links["other"] / len(shown), 3),
        }

    def _newest(self, size: int, shown: range) -> list[int]:
        """Return so many of the articles that are in: those of which some that come are made, and the newest others."""
        planted = (self._log.planted(number) for number in shown)
        origins = {one.origin for one in planted if one is not None and one.origin < self._next}
        others = (number for number in reversed(range(self._next)) if number not in origins)
        return sorted([*islice(others, size - len(origins)), *origins])

    def _articles(self, numbers: Iterable[int]) -> list[Arrival]:
        return [self._log.article(number) for number in numbers]

    def _take(self, end: int) -> Timing:
        numbers = range(self._next, min(self._next + BATCH, end))
        taken = clocked(partial(self._engine.take, self._articles(numbers)))
        self._next = numbers.stop
        if len(numbers) == BATCH:
            self._last.append(taken.timing)
        for number, answer in zip(numbers, taken.result, strict=True):
            planted = self._log.planted(number)
            if planted is not None:
                self._planted[planted.kind] += 1
                share = self._engine.linked(answer).get(article_id(planted.origin), 0.0)
                self._found[planted.kind] += share >= _FOUND
        self._advance(self._next)
        return taken.timing

    def _snapshot(self) -> Report:
        captured = clocked(self._engine.capture)
        folder = self._folder / f"snapshot-{self._next}"
        # Articles go on coming while it is written, as in the service.
        meanwhile: list[Timing] = []
        end = min(self._next + WHILE_WRITING, len(self._log))
        with ThreadPoolExecutor(1) as pool:
            act = partial(write, folder, captured.result, self._previous, between=_rests())
            writing = pool.submit(clocked, act)
            while self._next < end and not writing.done():
                meanwhile.append(self._take(end))
            written = writing.result()
        self._previous = folder
        loaded = clocked(partial(self._loaded, folder))
        return {
            "bytes_on_disk": machine.bytes_on_disk(folder),
            "capture_seconds": round(captured.timing.clock_seconds, 4),
            "write_seconds": round(written.timing.clock_seconds, 2),
            "longest_batch_meanwhile_seconds": _longest(meanwhile),
            "load_and_first_answer_seconds": round(loaded.timing.clock_seconds, 2),
            "first_answer_is_right": loaded.result,
        }

    def _loaded(self, folder: Path) -> bool:
        """Load a snapshot and return whether a reprint is known for what it is."""
        with tempfile.TemporaryDirectory(dir=self._folder) as name:
            engine = self._make(Path(name))
            try:
                with opened(folder) as snapshot:
                    engine.restore(snapshot)
                answer = engine.take([msgspec.structs.replace(self._reprinted, id="reprint")])[0]
                return engine.linked(answer).get(self._reprinted.id) == 1.0
            finally:
                engine.close()


def _cost(timings: Sequence[Timing] | deque[Timing]) -> Report:
    """Return microseconds for each article of full batches: of all, and in the batch that is in the middle of all."""
    return {
        kind: {
            "mean": round(1e6 * statistics.mean(seconds) / BATCH, 1),
            "median": round(1e6 * statistics.median(seconds) / BATCH, 1),
        }
        for kind, seconds in (
            ("cpu", [timing.cpu_seconds for timing in timings]),
            ("clock", [timing.clock_seconds for timing in timings]),
        )
    }


def _rests() -> Callable[[], None]:
    """Return what rests after each piece as long as the piece took, as the service does while it writes a snapshot."""
    last = time.monotonic()

    def rest() -> None:
        nonlocal last
        time.sleep(min(time.monotonic() - last, _LONGEST_REST_SECONDS))
        last = time.monotonic()

    return rest


def _longest(timings: Sequence[Timing] | deque[Timing]) -> float | None:
    return round(max(timing.clock_seconds for timing in timings), 4) if timings else None
