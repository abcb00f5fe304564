"""The index finds what comparing with every text in the window finds, with the exact shares."""

import random
import resource
import signal
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isnad.errors import StorageUnavailable
from isnad.similarity.index import LEAST_SHARE, SLOTS_A_BATCH, NearDuplicateIndex
from isnad.similarity.matches import Match, Taken
from isnad.similarity.snapshot import SnapshotError, opened, write
from isnad.similarity.window import Window

START = datetime(2018, 2, 1, tzinfo=UTC)


def shingles(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return {tuple(words[start : start + 5]) for start in range(len(words) - 4)}


class EveryText:
    """The same index by brute force: sets of words, every text compared, segments as the window's rules say."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.segments: list[tuple[int, list[int]]] = []  # the first day of its stretch, and the numbers in it
        self.today = -1
        self.texts: list[tuple[str, set[tuple[str, ...]]]] = []
        self.present: dict[str, int] = {}

    def advance(self, day: int) -> list[int]:
        self.today = max(self.today, day)
        days = self.window.segment_days
        stretch = self.today - self.today % days
        if (
            not self.segments
            or self.segments[-1][0] != stretch
            or len(self.segments[-1][1]) >= self.window.segment_articles
        ):
            self.segments.append((stretch, []))
        gone: list[int] = []
        while len(self.segments) > 1:
            first, numbers = self.segments[0]
            newer = sum(len(some) for _, some in self.segments[1:])
            # The last day of the oldest segment is first + days - 1; it must be more than the window's days ago.
            if first + days - 1 >= self.today - self.window.days and newer < self.window.articles:
                break
            gone += numbers
            del self.segments[0]
        self.present = {key: number for key, number in self.present.items() if number not in gone}
        return gone

    def match(self, text: str, own: str) -> set[tuple[int, str, int, int, int]]:
        mine = shingles(text)
        found = set()
        for key, number in self.present.items():
            other = self.texts[number][1]
            both = len(mine & other)
            if key != own and both and Fraction(both, min(len(mine), len(other))) >= Fraction(str(LEAST_SHARE)):
                found.add((number, key, both, len(mine), len(other)))
        return found

    def remove(self, key: str) -> int:
        return self.present.pop(key)

    def add(self, key: str, text: str) -> int:
        number = len(self.texts)
        self.texts.append((key, shingles(text)))
        self.present[key] = number
        self.segments[-1][1].append(number)
        return number


def plain(matches: list[Match]) -> list[tuple[int, str, int, int, int]]:
    return [(match.number, match.key, match.shared, match.size, match.other_size) for match in matches]


# Few words and few keys, so that texts overlap, are revised and come again.
texts = st.lists(st.sampled_from("ابتث"), max_size=16).map(" ".join)
arrivals = st.lists(
    st.tuples(st.sampled_from("abcdefghij"), texts, st.sampled_from([0, 0, 0, 0, 0, 1, 2, 5, -1])), max_size=60
)
DAY = datetime(1970, 1, 1, tzinfo=UTC)


@settings(max_examples=300, deadline=None)  # the first example waits for the compiler
@given(arrivals)
def test_it_answers_as_brute_force_does(log: list[tuple[str, str, int]]):
    window = Window(days=3, articles=60)
    index, brute = NearDuplicateIndex(window), EveryText(window)
    day = 100
    for key, text, step in log:
        day += step
        gone = index.advance(DAY + timedelta(days=day))
        assert list(gone) == brute.advance(day)
        found = plain(index.match(text, own_key=key))
        assert set(found) == brute.match(text, key)
        (taken,) = index.extend([(key, text)])
        assert plain(taken.matches) == found
        assert (taken.number, taken.size) == (brute.add(key, text), len(shingles(text)))
        assert len(index) == len(brute.present)
        assert index.number(key) == taken.number
        assert (index.oldest_number, index.next_number) == (brute.segments[0][1][0], taken.number + 1)
    assert {key: index.number(key) for key in brute.present} == brute.present
    assert all(index.key(number) == key for key, number in brute.present.items())
    assert all(index.hashes(number).size == len(brute.texts[number][1]) for number in brute.present.values())
    index.close()


short_texts = st.lists(st.sampled_from("ابتث"), max_size=7).map(" ".join)
acts = st.lists(
    st.tuples(
        st.sampled_from("abcdefghij"),
        short_texts | short_texts | texts,
        st.sampled_from([0, 0, 0, 0, 0, 0, 1, 2, 5]),
        st.sampled_from(["add"] * 8 + ["remove", "remove", "restart"]),
    ),
    min_size=10,
    max_size=60,
)


@settings(max_examples=80, deadline=None)
@given(acts, st.sampled_from([1, 4, 40, 400]), st.sampled_from([1, 8, 100]))
def test_it_answers_as_brute_force_does_while_tables_move(
    tmp_path_factory: pytest.TempPathFactory,
    log: list[tuple[str, str, int, str]],
    slots_a_batch: int,
    first_slots: int,
):
    """So few slots are moved at a time that segments are removed from and dropped, and states kept, in the midst."""

    def begun() -> NearDuplicateIndex:
        return NearDuplicateIndex(window, first_slots=first_slots, slots_a_batch=slots_a_batch)

    window = Window(days=3, articles=60)
    index, brute = begun(), EveryText(window)
    day = 100
    for key, text, step, act in log:
        day += step
        assert list(index.advance(DAY + timedelta(days=day))) == brute.advance(day)
        if act == "remove" and key in index:
            assert index.remove(key) == brute.remove(key)
        if act == "restart":
            folder = tmp_path_factory.mktemp("kept") / "snapshot"
            write(folder, index.capture())
            index.close()
            index = begun()
            with opened(folder) as snapshot:
                index.restore(snapshot)
        found = plain(index.match(text, own_key=key))
        assert set(found) == brute.match(text, key)
        (taken,) = index.extend([(key, text)])
        assert plain(taken.matches) == found
        assert taken.number == brute.add(key, text)
        assert {key: index.number(key) for key in "abcdefghij" if key in index} == brute.present
    index.close()


def cut(log: list[tuple[str, str, int]], sizes: list[int]) -> Iterator[list[tuple[str, str, int]]]:
    sizes = sizes or [7]
    place = 0
    while log:
        size = sizes[place % len(sizes)]
        yield log[:size]
        log, place = log[size:], place + 1


def taken_in(index: NearDuplicateIndex, log: list[tuple[str, str, int]]) -> list[Taken]:
    """Take a stretch of one log in: texts of one day at once, as many as the index takes."""
    done: list[Taken] = []
    waiting = log
    while waiting:
        day = waiting[0][2]
        index.advance(DAY + timedelta(days=day))
        same = next((place for place, entry in enumerate(waiting) if entry[2] != day), len(waiting))
        some = index.extend([(key, text) for key, text, _ in waiting[:same]])
        assert some
        done += some
        waiting = waiting[len(some) :]
    return done


@settings(max_examples=200, deadline=None)
@given(arrivals, st.lists(st.integers(1, 12), max_size=6))
def test_batches_change_nothing(log: list[tuple[str, str, int]], sizes: list[int]):
    days = [100]
    for _, _, step in log:
        days.append(max(days[-1] + step, days[-1]))
    dated = [(key, text, day) for (key, text, _), day in zip(log, days[1:], strict=True)]
    one_by_one, batched = NearDuplicateIndex(Window(3, 60)), NearDuplicateIndex(Window(3, 60))
    expected = [taken for entry in dated for taken in taken_in(one_by_one, [entry])]
    assert [taken for batch in cut(dated, sizes) for taken in taken_in(batched, batch)] == expected
    one_by_one.close()
    batched.close()


def sentence(seed: int, words: int) -> str:
    draw = random.Random(seed)
    return " ".join(f"ك{draw.randrange(10**6)}" for _ in range(words))


def started(**settings: object) -> NearDuplicateIndex:
    index = NearDuplicateIndex(**settings)  # type: ignore[arg-type]
    index.advance(START)
    return index


def test_long_texts_that_are_sketched_still_have_exact_shares():
    report = sentence(1, 1_004)
    lead = " ".join(report.split()[:504])  # 500 of its 1,000 shingles
    index = started()
    index.add("report", report)
    index.add("unrelated", sentence(2, 1_004))
    # Of the cut text 500 + 4 over the seam + 696 of its own.
    (match,) = index.match(f"{lead} {sentence(3, 700)}")
    assert (match.key, match.shared, match.size, match.other_size) == ("report", 500, 1_200, 1_000)
    assert (match.contained, match.contains, match.jaccard) == (500 / 1_200, 0.5, 500 / 1_700)


def test_a_few_lines_are_found_in_a_long_text_and_around_them():
    whole = sentence(1, 2_000)
    lines = " ".join(whole.split()[700:744])
    index = started()
    index.add("long", whole)
    assert [(match.key, match.contained) for match in index.match(lines)] == [("long", 1.0)]
    index.add("short", lines)
    assert [(match.key, match.contains) for match in index.match(whole, own_key="long")] == [("short", 1.0)]


def test_what_is_shared_below_the_threshold_is_no_match():
    index = started()
    index.add("a", sentence(1, 104))
    assert index.match(" ".join(sentence(1, 33).split() + sentence(2, 71).split())) == []  # 29 of 100
    thirty = index.match(" ".join(sentence(1, 34).split() + sentence(2, 70).split()))
    assert [match.shared for match in thirty] == [30]


def test_matches_come_best_first_and_equals_in_the_order_of_the_log():
    text = sentence(1, 104)
    index = started()
    index.add("half", " ".join(text.split()[:54] + sentence(2, 50).split()))
    index.add("older", text)
    index.add("newer", text)
    index.add("whole in more", f"{text} {sentence(3, 100)}")
    assert [match.key for match in index.match(text)] == ["older", "newer", "whole in more", "half"]


def test_equals_keep_the_order_of_the_log_across_segments():
    index = started(window=Window(days=30, articles=12))  # two texts a segment
    for key in "abcdef":
        index.advance(START)
        index.add(key, sentence(1, 50))
    assert [match.key for match in index.match(sentence(1, 50))] == list("abcdef")


def test_a_shingle_of_many_texts_is_followed_to_the_newest_only():
    index = started(most_postings=3)
    for number in range(5):
        index.add(f"ad {number}", "واحد اثنان ثلاثة أربعة خمسة")
    assert [match.key for match in index.match("واحد اثنان ثلاثة أربعة خمسة")] == ["ad 2", "ad 3", "ad 4"]


def test_the_limit_holds_across_segments():
    index = started(window=Window(days=30, articles=12), most_postings=3)
    for number in range(5):
        index.advance(START)
        index.add(f"ad {number}", "واحد اثنان ثلاثة أربعة خمسة")
    assert [match.key for match in index.match("واحد اثنان ثلاثة أربعة خمسة")] == ["ad 2", "ad 3", "ad 4"]


def test_a_segment_that_is_full_takes_no_more_than_it_has_room_for():
    index = started(window=Window(days=30, articles=12))
    assert [taken.number for taken in index.extend([(key, "") for key in "abcde"])] == [0, 1]
    with pytest.raises(RuntimeError, match="advance"):
        index.add("c", "")
    index.advance(START)
    assert index.add("c", "") == 2


def test_a_text_needs_a_window_first():
    with pytest.raises(RuntimeError, match="advance"):
        NearDuplicateIndex().add("a", "")


def test_time_that_runs_backward_moves_nothing():
    index = started(window=Window(days=3))
    index.add("a", sentence(1, 20))
    assert list(index.advance(START - timedelta(days=100))) == []
    assert "a" in index


def test_thousands_of_texts_in_one_segment_are_all_found_again():
    index = started()
    entries = [(str(number), sentence(number, 60)) for number in range(3_000)]
    taken: list[Taken] = []
    for start in range(0, 3_000, 250):
        taken += index.extend(entries[start : start + 250])
    assert not any(one.matches for one in taken)
    for number in range(0, 3_000, 97):
        assert [(match.key, match.jaccard) for match in index.match(entries[number][1])] == [(str(number), 1.0)]


def log_of(seed: int) -> list[tuple[str, str, int]]:
    """Return 150 texts of 12 days: copies, cuts, revisions and others."""
    draw = random.Random(seed)
    log: list[tuple[str, str, int]] = []
    for place in range(150):
        text = sentence(draw.randrange(30), 60)
        if draw.random() < 0.4:
            text = " ".join(text.split()[: draw.randrange(5, 50)])
        log.append((f"k{draw.randrange(100)}", text, 100 + place // 12))
    return log


@pytest.mark.parametrize(("seed", "slots_a_batch"), [(0, SLOTS_A_BATCH), (1, 1), (2, 60), (3, 200), (4, 600)])
def test_it_goes_on_after_saving_as_if_it_had_not_been_saved(seed: int, slots_a_batch: int, tmp_path: Path):
    """Also where it was saved while a segment was still being put in order."""
    log = log_of(seed)
    whole = NearDuplicateIndex(Window(6, 60))
    expected = taken_in(whole, log)
    for stop in random.Random(seed).sample(range(1, 150), 4):
        before = NearDuplicateIndex(Window(6, 60), first_slots=16, slots_a_batch=slots_a_batch)
        taken = [one for entry in log[:stop] for one in taken_in(before, [entry])]
        before.save(tmp_path / str(stop))
        before.close()
        after = NearDuplicateIndex.load(tmp_path / str(stop))
        assert taken + taken_in(after, log[stop:]) == expected
        assert len(after) == len(whole)
        after.close()
    whole.close()


@pytest.fixture
def small_disk() -> Iterator[int]:
    """Let no file of this process grow past 2 MiB, as on a disk that is full."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    former = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, limits[1]))
    yield 2 << 20
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    signal.signal(signal.SIGXFSZ, former)


def test_a_full_disk_is_said_and_what_was_taken_stays(small_disk: int):
    index = started()

    def fill() -> None:
        while True:
            index.add(str(index.next_number), sentence(index.next_number, 1_004))

    with pytest.raises(StorageUnavailable, match="Make room"):
        fill()
    held = index.next_number
    assert len(index) == held == small_disk // 8_000  # a thousand shingles of 8 bytes each
    assert [match.key for match in index.match(sentence(held - 1, 1_004))] == [str(held - 1)]


def test_an_index_that_begins_in_the_folder_of_a_killed_one_leaves_what_that_one_saved(tmp_path: Path):
    killed = started(folder=tmp_path / "work")
    killed.add("a", sentence(1, 60))
    killed.advance(START + timedelta(days=40))  # closes the first segment and drops it
    killed.add("b", sentence(2, 60))
    killed.advance(START + timedelta(days=46))  # closes the second, which stays
    killed.add("c", sentence(3, 60))
    killed.save(tmp_path / "saved")
    for _ in range(2):
        index = NearDuplicateIndex.load(tmp_path / "saved", working_folder=tmp_path / "work")
        assert [match.key for match in index.match(sentence(2, 60))] == ["b"]
        assert [match.key for match in index.match(sentence(3, 60))] == ["c"]
        anew = started(folder=tmp_path / "work")
        anew.add("other", sentence(4, 60))


def test_after_a_file_could_not_be_made_no_text_is_taken_and_none_is_lost(tmp_path: Path):
    index = started(folder=tmp_path)
    index.add("a", sentence(1, 60))
    in_the_way = tmp_path / "shingles-1"
    in_the_way.mkdir()
    next_week = START + timedelta(days=7)
    with pytest.raises(StorageUnavailable, match="shingles-1"):
        index.advance(next_week)
    with pytest.raises(RuntimeError, match="advance"):
        index.add("b", sentence(2, 60))
    in_the_way.rmdir()
    index.advance(next_week)
    index.add("b", sentence(2, 60))
    assert [index.match(sentence(seed, 60))[0].key for seed in (1, 2)] == ["a", "b"]


def test_a_folder_that_can_not_be_made_is_said(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageUnavailable, match="folder"):
        NearDuplicateIndex(folder=tmp_path / "file" / "work")


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_page_that_is_edited_again_and_again_hides_no_other(elsewhere: bool):
    index = started(most_postings=3)
    index.add("first", sentence(1, 60))
    for edit in range(40):
        index.add("edited", f"{sentence(1, 60)} {sentence(100 + edit, 3)}")
    if elsewhere:  # in the segment before the present one
        index.advance(START + timedelta(days=7))
    assert {match.key for match in index.match(sentence(1, 60))} == {"first", "edited"}
    assert {match.key for match in index.extend([("third", sentence(1, 60))])[0].matches} == {"first", "edited"}


@pytest.mark.parametrize("other", ["LAYOUT", "HASH_VERSION"])
def test_what_another_version_saved_is_not_searched(other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    before = started()
    before.add("a", sentence(1, 60))
    before.save(tmp_path / "saved")
    monkeypatch.setattr(f"isnad.similarity.index.{other}", "another")
    with pytest.raises(SnapshotError, match="another way"):
        NearDuplicateIndex.load(tmp_path / "saved")


WORDS = " ".join(f"w{number}" for number in range(60))


def test_a_text_that_was_removed_matches_no_more_also_when_the_index_was_saved(tmp_path: Path) -> None:
    """In a closed segment and in the open one; a new text of its key is found."""
    with closing(NearDuplicateIndex(Window(articles=12))) as index:  # segments of two
        for key in "abc":
            index.advance(START)
            index.add(key, WORDS)
        for key in "ac":
            index.remove(key)
        assert (len(index), "a" in index, index.number("a")) == (1, False, None)
        with pytest.raises(KeyError):
            index.remove("a")
        assert [match.key for match in index.match(WORDS)] == ["b"]
        index.save(tmp_path / "saved")
    with closing(NearDuplicateIndex.load(tmp_path / "saved")) as loaded:
        assert len(loaded) == 1
        loaded.advance(START)
        loaded.add("a", " ".join(WORDS.split()[:50]))
        assert {match.key for match in loaded.match(WORDS)} == {"a", "b"}
        for number in range(20):
            loaded.advance(START)
            loaded.add(f"later {number}", "")
        assert "c" not in loaded


@pytest.mark.parametrize(
    ("size", "shared", "most_missed"),
    [(40, 20, 10), (60, 30, 4), (100, 50, 2), (100, 30, 24), (160, 48, 24), (224, 68, 24)],
)
def test_part_of_a_short_text_in_the_midst_of_a_long_one_is_hardly_ever_missed(
    size: int, shared: int, most_missed: int
) -> None:
    """Of 800 each. By chance .3 % of those that share 20 shingles are to be expected, and 1 % of those with .3."""
    draw = random.Random(1)

    def some(words: int) -> list[str]:
        return [f"w{draw.getrandbits(40)}" for _ in range(words)]

    long = [some(1004) for _ in range(100)]
    missed = 0
    with closing(NearDuplicateIndex()) as index:
        index.advance(START)
        index.extend([(str(number), " ".join(words)) for number, words in enumerate(long)])
        for words in long:
            for place in range(100, 900, 100):
                # A text has four words more than shingles.
                stretch = words[place : place + shared + 4]
                found = index.match(" ".join([*some(12), *stretch, *some(size - shared - 12)]))
                assert all((match.shared, match.size) == (shared, size) for match in found)
                missed += not found
    assert missed <= most_missed


@pytest.mark.parametrize("share", [0, -1, 1.01, float("nan")])
def test_a_share_that_can_not_be_is_refused(share: float):
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        NearDuplicateIndex(least_share=share)


def test_a_moment_without_a_time_zone_is_refused():
    """It would be another day on another machine."""
    with closing(NearDuplicateIndex()) as index, pytest.raises(ValueError, match="has a time zone"):
        index.advance(datetime(2018, 2, 1))  # noqa: DTZ001  that is what is shown


def test_half_of_a_character_in_a_key_is_refused_before_anything_changes():
    """Found when the segment is closed, the index could take nothing any more."""
    with closing(NearDuplicateIndex(Window(articles=6))) as index:
        index.advance(START)
        with pytest.raises(ValueError, match="surrogates not allowed"):
            index.extend([("\ud800", "one two three four five"), ("a", "")])
        assert len(index) == 0
        index.add("b", "one two three four five \ud800")
        index.advance(START)
        assert "b" in index
