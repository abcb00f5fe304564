"""Words a second of each profile on one core, beside what reading the words alone takes in the same run."""

import statistics
from collections.abc import Callable, Sequence
from typing import TypedDict

from isnad_cli.bench.machine import Timing, timed
from isnad_cli.bench.profiles import Profile
from isnad_entities.enrich import named, passages, wires
from isnad_entities.words.passage import Passage

Text = tuple[str, str]
"""Title and body."""

Rate = dict[str, float]
"""Words a second, by CPU time (`cpu`) and by the clock (`clock`)."""


class ProfileRates(TypedDict):
    """Of one profile, text in each time."""

    tagger_first: Rate | None
    """To the tagger's spans, in the first round: most words are new to it."""
    tagger: Rate | None
    """The same in the later rounds, the median."""
    entities: Rate
    """To entities and credits, the median of the later rounds."""


class Rates(TypedDict):
    """What was measured; words are isnad's, the marks between them do not count."""

    articles: int
    words: int
    floor: Rate
    """Text to words and nothing else, the median of all rounds."""
    profiles: dict[str, ProfileRates]


def passages_of(articles: Sequence[Text]) -> list[Passage]:
    """Return all passages of articles."""
    return [passage for title, body in articles for passage in passages(title, body)]


def measure(
    profiles: Sequence[Profile], articles: Sequence[Text], repeat: int, together: int, done: Callable[[], None]
) -> Rates:
    """Time profiles on articles.

    Args:
        profiles: what to time.
        articles: title and body of each.
        repeat: how many rounds after the first.
        together: articles that are tagged in one call, as a worker of the chain takes them.
        done: called after each of `(repeat + 1) × (2 × profiles + 1)` timings.
    """
    parts = [articles[start : start + together] for start in range(0, len(articles), together)]
    words = sum(len(passage) for part in parts for passage in passages_of(part))
    credit_finder = wires()

    def floor() -> None:
        for part in parts:
            passages_of(part)

    def tag(profile: Profile) -> None:
        if profile.tagger:
            for part in parts:
                profile.tagger.tag(passages_of(part))

    def find(profile: Profile) -> None:
        finder = profile.names  # a new one: it remembers paragraphs, and copies would cost nothing
        for part in parts:
            read = [passages(title, body) for title, body in part]
            finder.read_ahead(passage for one in read for passage in one)
            for one in read:
                named(one, None, None, finder, credit_finder)

    floors: list[Timing] = []
    tagging: dict[str, list[Timing]] = {profile.name: [] for profile in profiles}
    finding: dict[str, list[Timing]] = {profile.name: [] for profile in profiles}
    for profile in profiles:
        # What is compiled, is compiled now, and is not part of the first round.
        if profile.tagger:
            profile.tagger.tag([Passage.of("body", "")])
            profile.tagger.tag([Passage.of("body", "قال")])
    for _ in range(repeat + 1):
        floors.append(timed(floor).timing)
        done()
        for profile in profiles:
            tagging[profile.name].append(timed(lambda one=profile: tag(one)).timing)  # type: ignore[misc]
            done()
            finding[profile.name].append(timed(lambda one=profile: find(one)).timing)  # type: ignore[misc]
            done()
    return Rates(
        articles=len(articles),
        words=words,
        floor=rate(words, floors),
        profiles={
            profile.name: ProfileRates(
                tagger_first=rate(words, tagging[profile.name][:1]) if profile.tagger else None,
                tagger=rate(words, tagging[profile.name][1:]) if profile.tagger else None,
                entities=rate(words, finding[profile.name][1:]),
            )
            for profile in profiles
        },
    )


def rate(words: int, timings: Sequence[Timing]) -> Rate:
    """Return words a second, by the median of some timings."""
    return {
        "cpu": round(words / statistics.median(one.cpu_seconds for one in timings)),
        "clock": round(words / statistics.median(one.clock_seconds for one in timings)),
    }
