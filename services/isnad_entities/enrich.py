"""From a matched article to an enriched one: its names and its wire credits (pure)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from isnad.codec import decode_either, encode
from isnad.errors import RecordError
from isnad.identity import entity_id
from isnad.messages import SCHEMA, Credit, Dateline, EnrichedArticle, MatchedArticle, MatchedTakedown, Mention
from isnad.outcomes import Outcome, Outgoing, Record
from isnad_entities.lists.lexicon import agencies, lexicon
from isnad_entities.names import Names, names
from isnad_entities.stretches import stretches
from isnad_entities.wires.agencies import known_agencies
from isnad_entities.wires.credits import Credits
from isnad_entities.words.passage import Passage

MOST_CHARACTERS = 400_000
"""Of a longer body or title only the beginning is read: about 60,000 words, some seconds of work."""

_READ_LANGUAGES = frozenset({"ar", "und"})
"""Persian, Urdu and others share the letters but not the rules."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """An article with its words; none where its language is not read."""

    matched: MatchedArticle
    passages: tuple[Passage, ...]

    @property
    def size(self) -> int:
        return sum(map(len, self.passages))


def enrich_record(record: Record, topic: str, finder: Callable[[], Names] = names) -> Outcome:
    """Return one record's article, enriched; see `enrich_records`."""
    (outcome,) = enrich_records([record], topic, finder)
    return outcome


def enrich_records(
    records: Iterable[Record],
    topic: str,
    finder: Callable[[], Names] = names,
    after_each: Callable[[], None] = lambda: None,
) -> list[Outcome]:
    """Return for each record its article, enriched, as a message for `topic`, or why it is no article.

    A takedown is passed on as it is. Paragraphs of several articles are tagged at once, which changes no answer.

    Args:
        records: of `articles.matched`.
        topic: where the enriched articles go.
        finder: gives the finder of names.
        after_each: called after each stretch of work that may take seconds.
    """
    outcomes: list[Outcome] = []
    found = finder()
    for stretch in stretches(map(_open, records), _size):
        found.read_ahead([passage for one in stretch if isinstance(one, _Opened) for passage in one.passages])
        after_each()
        for one in stretch:
            outcomes.append(_enriched(one, topic, found))
            after_each()
    return outcomes


def _open(record: Record) -> _Opened | MatchedTakedown | RecordError:
    try:
        matched = decode_either(MatchedArticle, MatchedTakedown, record.value)
    except RecordError as exc:
        return exc
    if isinstance(matched, MatchedTakedown):
        return matched
    article = matched.article
    is_read = article.language in _READ_LANGUAGES
    return _Opened(matched, passages(article.title, article.body) if is_read else ())


def _size(opened: _Opened | MatchedTakedown | RecordError) -> int:
    return opened.size if isinstance(opened, _Opened) else 0


def _enriched(opened: _Opened | MatchedTakedown | RecordError, topic: str, finder: Names) -> Outcome:
    if isinstance(opened, RecordError):
        return Outcome.dead(opened)
    if isinstance(opened, MatchedTakedown):
        taken_down = opened.takedown.id
        return Outcome("passed", (Outgoing(topic, taken_down.encode(), encode(opened)),), article_id=taken_down)
    matched, article = opened.matched, opened.matched.article
    mentions: Sequence[Mention] = ()
    credits_: Sequence[Credit] = ()
    if opened.passages:
        mentions, credits_ = named(opened.passages, article.dateline, article.author, finder, wires())
    enriched = EnrichedArticle(
        schema=SCHEMA,
        article=article,
        verdict=matched.verdict,
        position=matched.position,
        mentions=tuple(mentions),
        credits=tuple(credits_),
    )
    return Outcome("passed", (Outgoing(topic, article.id.encode(), encode(enriched)),), article_id=article.id)


def passages(title: str, body: str) -> tuple[Passage, ...]:
    """Return a title and a body, read into words."""
    return Passage.of("title", title[:MOST_CHARACTERS]), Passage.of("body", body[:MOST_CHARACTERS])


def read(
    title: str, body: str, dateline: Dateline | None, author: str | None, finder: Names, wire_finder: Credits
) -> tuple[list[Mention], list[Credit]]:
    """Return the mentions and the credits of a text; see `named`."""
    return named(passages(title, body), dateline, author, finder, wire_finder)


def named(
    passages: Sequence[Passage], dateline: Dateline | None, author: str | None, finder: Names, wire_finder: Credits
) -> tuple[list[Mention], list[Credit]]:
    """Return the mentions and the credits of an article's passages, each in the order in which they stand.

    An agency that is credited is no mention: the article is not about it. One that is quoted is an organisation.
    """
    wire = wire_finder.find(passages, dateline, author)
    in_text = [credit for credit in wire if credit.field != "author"]
    mentions = finder.find(passages, [(credit.field, credit.start, credit.end) for credit in in_text])
    quoted = [
        Mention(
            type="ORG",
            text=credit.text,
            field=credit.field,
            start=credit.start,
            end=credit.end,
            canonical=credit.agency,
            latin=agency.entity.latin if (agency := agencies().named(credit.agency)) else None,
            score=credit.score,
            kind="agency",
            entity=entity_id("ORG", credit.agency),
        )
        for credit in in_text
        if credit.role == "quoted" and credit.field != "author"
    ]
    order = {"title": 0, "body": 1}
    return sorted([*mentions, *quoted], key=lambda mention: (order[mention.field], mention.start)), wire


@cache
def wires() -> Credits:
    """Return the finder of credits over the data files, read once."""
    return Credits(known_agencies(), lexicon())
