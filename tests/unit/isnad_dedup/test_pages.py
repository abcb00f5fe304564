"""Of a page exactly the articles of its newest version stand, whatever came before and in whatever order."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.isnad_dedup.articles import START, arrival, text

from isnad.messages import LogPosition, RawPlace, Relation, StoryState, Takedown
from isnad.similarity.snapshot import opened, write
from isnad.similarity.window import Window
from isnad_dedup.matching.events import Answer, Arrival, Event, Reply, Silence
from isnad_dedup.matching.matcher import Matcher
from isnad_dedup.matching.pages import Pages
from isnad_dedup.matching.takedowns import Instruction, Removal

OTHERS = [text((200 * number, 200 * number + 104)) for number in range(1, 6)]


def sent(number: int) -> RawPlace:
    return RawPlace(START + timedelta(seconds=number), 0, number)


def version(
    place: int, *bodies: str, page: str = "page", told: bool = True, days: float = 0.0, **more: object
) -> list[Arrival]:
    """What prepare makes of a page with these articles, whose raw record stands at this place."""
    count = len(bodies)
    given = {"raw": sent(place), "parts": count if told else 0, "days": days, **more}
    if count == 1:
        return [arrival(page, bodies[0], page_id=page, **given)]  # type: ignore[arg-type]
    return [
        arrival(f"{page}#{part}", body, page_id=page, part=part, **given)  # type: ignore[arg-type]
        for part, body in enumerate(bodies, 1)
    ]


def instruction(kind: Literal["takedown", "restore"], id_: str, place: int) -> Instruction:
    takedown = Takedown(schema=1, kind=kind, id=id_, at=START, raw=sent(place))
    return Instruction(takedown, LogPosition(place, START))


def dropped(replies: Sequence[Reply]) -> list[str]:
    return [id_ for reply in replies if not isinstance(reply, Removal) for id_ in reply.dropped.ids]


def silences(replies: Sequence[Reply]) -> list[str]:
    return [reply.why for reply in replies if isinstance(reply, Silence)]


def left(reply: Reply) -> dict[str, tuple[Relation, StoryState]]:
    assert not isinstance(reply, Removal)
    return {one.article_id: (one.relation, one.story) for one in reply.dropped.left}


def restarted(matcher: Matcher, folder: Path, window: Window | None = None) -> Matcher:
    write(folder, matcher.capture())
    matcher.close()
    anew = Matcher(window)
    with opened(folder) as snapshot:
        anew.restore(snapshot)
    return anew


def test_what_the_page_holds_no_more_goes_with_the_first_record_of_its_newer_version():
    matcher = Matcher()
    matcher.reply_all(version(1, *OTHERS[:4]))
    replies = matcher.reply_all(version(2, *OTHERS[:2]))
    assert [reply.dropped.ids for reply in replies if isinstance(reply, Answer)] == [("page#3", "page#4"), ()]
    assert {id_: (one, story.articles) for id_, (one, story) in left(replies[0]).items()} == {
        "page#3": ("original", 0),
        "page#4": ("original", 0),
    }
    assert len(matcher) == 2
    assert matcher.answer(arrival("copy", OTHERS[3])).verdict.links == ()


def test_a_page_that_becomes_one_article_does_not_join_the_story_of_its_own_parts():
    matcher = Matcher()
    matcher.reply_all(version(1, *OTHERS[:3]))
    (answer,) = matcher.answer_all(version(2, " ".join(OTHERS[:3])))
    assert (answer.verdict.story_id, answer.verdict.relation, answer.verdict.links) == ("page", "original", ())
    assert answer.dropped.ids == ("page#1", "page#2", "page#3")
    assert len(matcher) == 1


def test_one_article_that_becomes_a_page_goes_and_its_copy_keeps_the_story():
    """In the end the story has the copy and the part; both changes of it say so, whichever is written last."""
    matcher = Matcher()
    matcher.reply_all(version(1, OTHERS[0], source="hayat"))
    matcher.answer(arrival("copy", OTHERS[0], source="sabq"))
    first, _ = matcher.reply_all(version(2, *OTHERS[:2], source="hayat", published_at=START + timedelta(hours=1)))
    assert isinstance(first, Answer)
    assert (first.verdict.story_id, first.verdict.relation) == ("page", "copy")
    assert first.event is not None
    assert left(first) == {"page": ("original", first.event.story)}
    assert first.event.story.outlets == {"sabq": 1, "hayat": 1}
    assert first.event.story.origin.id == "copy"


def test_the_same_raw_record_split_otherwise_by_a_later_prepare_is_a_newer_version():
    matcher = Matcher()
    matcher.reply_all(version(1, *OTHERS[:3]))
    assert dropped(matcher.reply_all(version(1, *OTHERS[:2]))) == ["page#3"]
    assert dropped(matcher.reply_all(version(1, *OTHERS[:2]))) == [], "delivered again"
    assert len(matcher) == 2


def test_what_comes_late_of_an_older_version_says_nothing():
    older, newer = version(1, *OTHERS[:3]), version(2, OTHERS[0])
    for log in ([*older, *newer], newer, [*older[:1], *newer]):
        matcher = Matcher()
        matcher.reply_all(log)
        assert silences(matcher.reply_all(older)) == ["stale"] * 3
        assert len(matcher) == 1


def test_one_article_that_comes_late_does_not_stand_beside_the_parts_of_a_newer_version():
    matcher = Matcher()
    matcher.reply_all(version(2, *OTHERS[:2]))
    assert matcher.reply_all(version(1, OTHERS[0])) == [Silence("stale")]


def test_a_part_comes_again_with_a_later_version():
    matcher = Matcher()
    matcher.reply_all([*version(1, *OTHERS[:3]), *version(2, *OTHERS[:2])])
    answers = matcher.answer_all(version(3, *OTHERS[:3]))
    assert [(one.verdict.story_id, one.event and one.event.kind) for one in answers] == [
        ("page#1", None),
        ("page#2", None),
        ("page#3", "new_story"),
    ]
    assert len(matcher) == 3


def test_an_article_that_is_down_tells_its_version_all_the_same():
    """Of both articles that the page still holds nothing is said; what it no longer holds goes, and stays away."""
    matcher = Matcher()
    older = version(1, *OTHERS[:3])
    matcher.reply_all([*older, instruction("takedown", "page#1", 2), instruction("takedown", "page#2", 3)])
    first, second = matcher.reply_all(version(4, *OTHERS[:2]))
    assert isinstance(first, Silence)
    assert (first.why, first.dropped.ids, second) == ("taken_down", ("page#3",), Silence("taken_down"))
    assert silences(matcher.reply_all(older)) == ["taken_down", "taken_down", "stale"]
    assert len(matcher) == 0


def test_a_takedown_of_what_the_page_no_longer_holds_keeps_it_out():
    matcher = Matcher()
    matcher.reply_all([*version(1, *OTHERS[:2]), *version(2, OTHERS[0]), instruction("takedown", "page#2", 3)])
    assert silences(matcher.reply_all(version(4, *OTHERS[:2]))) == ["taken_down"]
    matcher.reply_all([instruction("restore", "page#2", 5)])
    assert silences(matcher.reply_all(version(6, *OTHERS[:2]))) == []
    assert len(matcher) == 2


def test_records_that_do_not_tell_how_many_are_taken_as_they_come():
    matcher = Matcher()
    untold = [*version(1, *OTHERS[:3], told=False), *version(2, OTHERS[0], told=False)]
    assert dropped(matcher.reply_all([*untold, *untold[:3]])) == []
    assert len(matcher) == 4
    assert dropped(matcher.reply_all(version(3, *OTHERS[:2]))) == ["page", "page#3"]


def test_a_newer_record_that_does_not_tell_how_many_is_not_dropped():
    matcher = Matcher()
    matcher.reply_all(version(5, *OTHERS[:3], told=False))
    assert dropped(matcher.reply_all(version(4, OTHERS[0]))) == []
    assert len(matcher) == 4


def test_an_upgrade_makes_good_what_stands_when_history_is_replayed():
    """Four articles, then one, then two: of an older isnad five stand. Told, the versions come in the same order."""
    versions = [(1, OTHERS[:4]), (2, OTHERS[:1]), (3, OTHERS[:2])]
    matcher = Matcher()
    for place, bodies in versions:
        matcher.reply_all(version(place, *bodies, told=False))
    assert len(matcher) == 5
    gone = [id_ for place, bodies in versions for id_ in dropped(matcher.reply_all(version(place, *bodies)))]
    assert sorted(gone) == ["page", "page#3", "page#4"]
    assert len(matcher) == 2


def test_an_id_that_only_looks_like_a_parts_stays():
    """A producer's own `page#3` is no part of `page`, and a page of his `page#1` none of its parts."""
    matcher = Matcher()
    matcher.reply_all(version(1, OTHERS[4], page="page#3"))
    matcher.reply_all(version(2, *OTHERS[:2]))
    assert dropped(matcher.reply_all(version(3, OTHERS[0]))) == ["page#1", "page#2"]
    matcher.reply_all(version(4, *OTHERS[:2], page="page#3"))
    assert len(matcher) == 3


def test_a_story_of_an_article_that_only_looks_like_a_part_does_not_go_with_the_page(tmp_path: Path):
    """The origin of a story is `outlet:7#1`, its producer's own; `outlet:7` is taken down."""
    matcher = Matcher()
    matcher.answer(arrival("outlet:7#1", OTHERS[0], published_at=START))
    matcher.answer(arrival("copy", OTHERS[0], published_at=START + timedelta(hours=1)))
    matcher.reply_all([instruction("takedown", "outlet:7", 1)])
    matcher = restarted(matcher, tmp_path / "snapshot")
    answer = matcher.answer(arrival("another", OTHERS[0], published_at=START + timedelta(hours=2)))
    assert answer.event is not None
    assert (answer.event.story.origin.id, answer.event.story.origin.page_id) == ("outlet:7#1", "outlet:7#1")


def test_the_origin_of_a_story_tells_its_page():
    matcher = Matcher()
    first, second = matcher.answer_all(version(1, *OTHERS[:2]))
    assert [answer.event and answer.event.story.origin.page_id for answer in (first, second)] == ["page", "page"]


def test_what_left_the_window_is_not_dropped_and_its_page_is_forgotten(tmp_path: Path):
    window = Window(days=6)
    matcher = Matcher(window)
    matcher.reply_all(version(1, *OTHERS[:3]))
    matcher.answer(arrival("other", OTHERS[4], days=20))
    matcher = restarted(matcher, tmp_path / "snapshot", window)
    assert dropped(matcher.reply_all(version(2, OTHERS[0], days=20))) == []
    assert len(matcher) == 2


def test_a_part_that_is_still_in_the_window_goes_though_others_have_left_it(tmp_path: Path):
    """The third was edited later than the first two, and so stays longer; also after a restart."""
    window = Window(days=6)
    matcher = Matcher(window)
    matcher.reply_all(version(1, *OTHERS[:3]))
    matcher.reply_all(version(2, *OTHERS[:2], OTHERS[4], days=5))
    matcher.answer(arrival("other", OTHERS[3], days=9))
    matcher = restarted(matcher, tmp_path / "snapshot", window)
    assert dropped(matcher.reply_all(version(3, OTHERS[0], days=9))) == ["page#3"]


def test_a_page_is_forgotten_with_its_newest_text():
    """The newest text of the window has the number 4 when the page comes last."""
    pages = Pages(lambda _: None)
    for number, (article, *_) in enumerate([version(1, *OTHERS[:2]), version(2, OTHERS[0], page="other")], 3):
        pages.enter(number)
        pages.see(article)
    pages.see(version(1, *OTHERS[:2])[1])
    pages.forget(4)
    assert pages.part_ids("page") == ["page#1", "page#2"]
    pages.forget(5)
    assert len(pages) == 0


@dataclass
class Model:
    """Which articles stand, worked out in the plainest way: by the newest place and the ids of its version."""

    newest: dict[str, int] = field(default_factory=dict)
    ids: dict[str, set[str]] = field(default_factory=dict)
    standing: set[str] = field(default_factory=set)
    down: set[str] = field(default_factory=set)
    out_before: dict[str, int] = field(default_factory=dict)

    def take(self, article: Arrival) -> None:
        assert article.raw is not None
        page, place = article.page_id, article.raw.offset
        if place < self.newest.get(page, 0):
            return
        self.newest[page] = place
        held = {page} if article.parts == 1 else {f"{page}#{part}" for part in range(1, article.parts + 1)}
        self.standing = {id_ for id_ in self.standing if id_.partition("#")[0] != page or id_ in held}
        both = {article.id, page}
        if not both & self.down and all(place >= self.out_before.get(id_, 0) for id_ in both):
            self.standing.add(article.id)

    def obey(self, instruction: Instruction) -> None:
        takedown = instruction.takedown
        assert takedown.raw is not None
        if takedown.kind == "takedown":
            self.down.add(takedown.id)
            self.standing = {id_ for id_ in self.standing if takedown.id not in (id_, id_.partition("#")[0])}
        elif takedown.id in self.down:
            self.down.remove(takedown.id)
            self.out_before[takedown.id] = takedown.raw.offset


actions = st.one_of(
    st.tuples(st.just("version"), st.sampled_from("pq"), st.integers(1, 4), st.integers(0, 3)),
    st.tuples(st.just("version"), st.sampled_from("pq"), st.integers(1, 4), st.integers(0, 3)),
    st.tuples(st.just("again"), st.integers(0, 60)),
    st.tuples(st.just("takedown"), st.sampled_from(["p", "p#1", "p#2", "q#2"])),
    st.tuples(st.just("restore"), st.sampled_from(["p", "p#1", "p#2", "q#2"])),
)


def made(plan: Sequence[tuple[object, ...]]) -> list[Event]:
    """A log in which each raw record stands after the ones before, and older records of versions come again."""
    log: list[Event] = []
    for place, (what, *rest) in enumerate(plan, 1):
        if what == "version":
            page, count, shift = rest
            assert isinstance(count, int)
            assert isinstance(shift, int)
            bodies = [OTHERS[(shift + part) % len(OTHERS)] for part in range(count)]
            log += version(place, *bodies, page=str(page))
        elif what == "again":
            articles = [event for event in log if isinstance(event, Arrival)]
            log += articles[-int(str(rest[0])) :][:2]
        else:
            kind: Literal["takedown", "restore"] = "takedown" if what == "takedown" else "restore"
            log.append(instruction(kind, str(rest[0]), place))
    return log


@settings(max_examples=150, deadline=None)
@given(st.lists(actions, min_size=3, max_size=25))
def test_what_stands_is_what_a_plain_model_says_and_stories_count_just_that(plan: list[tuple[object, ...]]):
    log = made(plan)
    model, standing, story_of = Model(), set[str](), dict[str, str]()
    stories: dict[str, StoryState] = {}
    with Matcher() as matcher:
        for event in log:
            (reply,) = matcher.reply_all([event])
            if isinstance(event, Instruction):
                model.obey(event)
            else:
                model.take(event)
            if isinstance(reply, Removal):
                standing -= {one.article_id for one in reply.left}
                stories |= {one.story.id: one.story for one in reply.left}
            else:
                standing -= set(reply.dropped.ids)
                stories |= {one.story.id: one.story for one in reply.dropped.left}
            if isinstance(reply, Answer):
                assert isinstance(event, Arrival)
                standing.add(event.id)
                story_of[event.id] = reply.verdict.story_id
                if reply.event is not None:
                    stories[reply.event.story.id] = reply.event.story
            assert standing == model.standing
            assert len(matcher) == len(standing)
            counts = Counter(story_of[id_] for id_ in standing)
            assert {id_: story.articles for id_, story in stories.items() if story.articles} == counts
