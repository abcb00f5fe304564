"""From a matched article to an enriched one: its names and its wire credits (pure)."""

from collections.abc import Callable, Sequence
from functools import cache

from isnad.codec import decode_either, encode
from isnad.errors import RecordError
from isnad.identity import entity_id
from isnad.messages import SCHEMA, Credit, Dateline, EnrichedArticle, MatchedArticle, MatchedTakedown, Mention
from isnad.outcomes import Outcome, Outgoing, Record
from isnad_entities.lexicon import agencies, lexicon
from isnad_entities.names import Names, names
from isnad_entities.passage import FieldName, Passage
from isnad_entities.wires.agencies import known_agencies
from isnad_entities.wires.credits import Credits

MOST_CHARACTERS = 400_000
"""Of a longer body or title only the beginning is read: about 60,000 words, some seconds of work."""

_READ_LANGUAGES = frozenset({"ar", "und"})
"""Persian, Urdu and others share the letters but not the rules."""


def enrich_record(record: Record, topic: str, finder: Callable[[], Names] = names) -> Outcome:
    """Return one record's article, enriched, as a message for `topic`, or why it is no article.

    A takedown is passed on as it is. `finder` gives the finder of names.
    """
    try:
        matched = decode_either(MatchedArticle, MatchedTakedown, record.value)
    except RecordError as exc:
        return Outcome.dead(exc)
    if isinstance(matched, MatchedTakedown):
        taken_down = matched.takedown.id
        return Outcome("passed", (Outgoing(topic, taken_down.encode(), encode(matched)),), article_id=taken_down)
    article_id = matched.article.id
    enriched = enrich(matched, finder(), wires())
    return Outcome("passed", (Outgoing(topic, article_id.encode(), encode(enriched)),), article_id=article_id)


def enrich(matched: MatchedArticle, finder: Names, wire_finder: Credits) -> EnrichedArticle:
    """Return the article with its mentions and credits; an article in another language than Arabic has none."""
    article = matched.article
    mentions: Sequence[Mention] = ()
    credits_: Sequence[Credit] = ()
    if article.language in _READ_LANGUAGES:
        mentions, credits_ = read(article.title, article.body, article.dateline, article.author, finder, wire_finder)
    return EnrichedArticle(
        schema=SCHEMA,
        article=article,
        verdict=matched.verdict,
        position=matched.position,
        mentions=tuple(mentions),
        credits=tuple(credits_),
    )


def read(
    title: str,
    body: str,
    dateline: Dateline | None,
    author: str | None,
    finder: Names,
    wire_finder: Credits,
) -> tuple[list[Mention], list[Credit]]:
    """Return the mentions and the credits of a text, each in the order in which they stand.

    An agency that is credited is no mention: the article is not about it. One that is quoted is an organisation.
    """
    fields: tuple[tuple[FieldName, str], ...] = (
        ("title", title[:MOST_CHARACTERS]),
        ("body", body[:MOST_CHARACTERS]),
    )
    passages = [Passage.of(field, text) for field, text in fields]
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
