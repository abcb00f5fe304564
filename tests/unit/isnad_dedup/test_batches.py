"""Same log, same answers to the last byte: in any batches, after restarts, and with an index that is brute force."""

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.isnad_dedup.articles import START, arrival, text
from tests.unit.isnad_dedup.every_text import EveryText
from tests.unit.memory_folder import IN_MEMORY

from isnad.messages import LogPosition, RawPlace, Takedown
from isnad.similarity.snapshot import opened, write
from isnad.similarity.window import Window
from isnad_dedup.matching.events import Arrival, Event
from isnad_dedup.matching.matcher import Matcher
from isnad_dedup.matching.takedowns import Instruction

BODIES = [
    "",
    text((0, 3)),
    text((0, 10)),
    text((0, 10)) + ".",
    text((0, 104)),
    text((0, 60)),
    text((40, 104)),
    text((0, 54), (300, 350)),
    text((300, 404)),
    text((300, 360), (0, 60)),
    text((300, 302), (0, 80), (300, 302)),
    text((0, 12), (0, 12), (0, 12)),
]


def version(key: str, number: int, hours: int, undated: bool) -> Arrival:
    """One of the three texts of an article; its second has the body of the first under another headline."""
    body = BODIES[(7 * ord(key) + 5 * (number // 2)) % len(BODIES)]
    published_at = START + timedelta(hours=hours)
    title = "عنوان" if number % 2 else ""
    return arrival(key, body, title=title, published_at=published_at, arrived_at=START, undated=undated)


def of_page(page_id: str, parts: int, part: int, number: int, told: bool, sent: int) -> Arrival:
    """An article of a page of one or several; which number it has, and whether it tells how many there are."""
    body = BODIES[(3 * part + number) % len(BODIES)]
    here = part % parts + 1 if parts > 1 else 0
    article_id = f"{page_id}#{here}" if here else page_id
    place = RawPlace(START, 0, sent)
    return arrival(article_id, body, page_id=page_id, part=here, parts=parts if told else 0, raw=place)


def instruction(key: str, down: bool, place: RawPlace | None) -> Instruction:
    kind: Literal["takedown", "restore"] = "takedown" if down else "restore"
    return Instruction(Takedown(schema=1, kind=kind, id=key, at=START, raw=place), LogPosition(0, START))


# Few texts of each article, so that many a one is delivered again, or is again what it was.
articles = st.builds(
    version, st.sampled_from("abcdefgh"), st.sampled_from([0, 0, 0, 1, 2]), st.integers(-50, 50), st.booleans()
)
places = st.none() | st.builds(RawPlace, st.just(START), st.just(0), st.integers(0, 40))
sent = st.builds(lambda article, place: msgspec.structs.replace(article, raw=place), articles, places)
pages = st.builds(
    of_page,
    st.sampled_from("ap"),
    st.integers(1, 4),
    st.integers(0, 3),
    st.integers(0, 2),
    st.sampled_from([True, True, True, False]),
    st.integers(0, 40),
)
instructions = st.builds(instruction, st.sampled_from([*"abcdefghz", "p", "p#1", "p#2"]), st.booleans(), places)
kinds = {"article": sent, "page": pages, "instruction": instructions}
events = st.sampled_from(["article"] * 4 + ["page"] * 4 + ["instruction"]).flatmap(kinds.__getitem__)
# Each with the days since the one before.
days = st.sampled_from([0, 0, 0, 0, 0, 0, 0, 0.5, 1, 3, -1])
logs = st.lists(st.tuples(events, days), min_size=15, max_size=60)
windows = st.builds(Window, days=st.sampled_from([2, 6, 30]), articles=st.sampled_from([1, 6, 12, 20, 100]))
# What happens next: a batch of so many articles, and whether there is a restart after it.
steps = st.lists(st.tuples(st.integers(1, 20), st.sampled_from([False, False, False, True])), max_size=12)


def made(drawn: list[tuple[Event, float]]) -> list[Event]:
    log: list[Event] = []
    day = 0.0
    for event, step in drawn:
        day += step
        moment = START + timedelta(days=day)
        if isinstance(event, Instruction):
            log.append(msgspec.structs.replace(event, position=LogPosition(len(log), moment)))
        else:
            log.append(msgspec.structs.replace(event, appended_at=moment))
    return log


@settings(max_examples=100, deadline=None)
@given(windows, logs, steps)
def test_the_same_log_gets_the_same_answers(
    window: Window, drawn: list[tuple[Event, float]], plan: list[tuple[int, bool]]
):
    log = made(drawn)
    with TemporaryDirectory(dir=IN_MEMORY) as name, ExitStack() as ended:
        straight = ended.enter_context(Matcher(window, folder=Path(name, "straight")))
        expected = [msgspec.msgpack.encode(straight.reply_all([event])[0]) for event in log]
        place = 0
        here = ended.enter_context(Matcher(window, folder=Path(name, "0")))
        for number, (size, restarted) in enumerate([*plan, (len(log), False)], 1):
            answers = here.reply_all(log[place : place + size])
            assert [msgspec.msgpack.encode(answer) for answer in answers] == expected[place : place + size]
            place += len(answers)
            if restarted:
                write(Path(name, f"snapshot-{number}"), here.capture())
                # What is taken after the capture is no part of it.
                here.reply_all(log[place : place + 3])
                here.close()
                here = ended.enter_context(Matcher(window, folder=Path(name, str(number))))
                with opened(Path(name, f"snapshot-{number}")) as snapshot:
                    here.restore(snapshot)


@settings(max_examples=150, deadline=None)
@given(windows, logs)
def test_the_index_gives_the_answers_of_brute_force(window: Window, drawn: list[tuple[Event, float]]):
    log = made(drawn)
    with (
        TemporaryDirectory(dir=IN_MEMORY) as name,
        Matcher(window, folder=Path(name, "indexed")) as indexed,
        Matcher(window, folder=Path(name, "brute"), index=EveryText(window)) as brute,
    ):
        for event in log:
            assert indexed.reply_all([event]) == brute.reply_all([event])
            assert len(indexed) == len(brute)
