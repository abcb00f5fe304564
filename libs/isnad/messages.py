"""The records of the chain: one definition, from which the JSON Schemas in `docs/schemas/` are made.

An article travels `RawArticle` (what any producer sends) → `PreparedArticle` (clean, one article) → `MatchedArticle`
(with the verdict of dedup) → `EnrichedArticle` (with names and credits). Each later record holds the earlier one whole,
so a stage adds and never rewrites. Unknown fields are ignored; a missing required field or an unknown major version is
a `RecordError`.

In the same topics travels `Takedown` (as `MatchedTakedown` from dedup on): an article is to go, or may come again. It
is told from an article by its `kind`, which articles have not (docs/takedown.md).

Offsets (`start`, `end`) are Unicode code points into the field named beside them, end exclusive. Times are RFC 3339 in
UTC.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from isnad.clock import in_utc

SCHEMA = 1
"""Major version of every record; a reader refuses a higher one."""

MAX_PARTS = 100_000
"""More articles than any page has."""

Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""Of a partition, or of a record in it, as Kafka counts."""


class Reason(StrEnum):
    """Why a record went to the dead letters."""

    INVALID_UTF8 = "invalid_utf8"
    INVALID_JSON = "invalid_json"
    TOO_DEEP = "too_deep"
    SCHEMA_INVALID = "schema_invalid"
    SCHEMA_UNSUPPORTED = "schema_unsupported"
    EMPTY = "empty"
    NO_TEXT = "no_text"
    TOO_LARGE = "too_large"
    INDEX_REJECTED = "index_rejected"


class RawArticle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What any producer may send to `articles.raw`; `source` and one of `body`, `html` and `title` are required."""

    schema: int
    source: str
    body: str | None = None
    html: str | None = None
    title: str | None = None
    url: str | None = None
    author: str | None = None
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    id: str | None = None
    published_at: str | None = None
    fetched_at: str | None = None


class Span(msgspec.Struct, frozen=True):
    """A stretch of the article's body, in code points."""

    start: int
    end: int


class Cut(msgspec.Struct, frozen=True):
    """What the cleaning took out of a page, and by which rule, so that nothing disappears unseen."""

    rule: str
    text: str


class Dateline(msgspec.Struct, frozen=True, kw_only=True):
    """The opening that says where a report was written and by whom, as in «دمشق – أ ف ب –».

    `text` is what stands in the body between `start` and `end`.
    """

    text: str
    start: int
    end: int
    places: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()


class RawPlace(msgspec.Struct, frozen=True):
    """Where a raw record stands in `articles.raw`: what was sent later stands later, whoever hands it on when."""

    appended_at: datetime
    partition: Number
    offset: Number

    def is_before(self, other: "RawPlace") -> bool:
        """Return whether this record was sent before another one of the same article.

        Within a partition the offsets say so, unless the times say the reverse: then the topic was made anew, or the
        broker's clock was set back. Records of one article stand in several partitions only where their number was
        changed; then the times alone are left.
        """
        own, others = in_utc(self.appended_at), in_utc(other.appended_at)
        if self.partition != other.partition:
            return own < others
        return self.offset < other.offset and own <= others


class PreparedArticle(msgspec.Struct, frozen=True, kw_only=True):
    """One article, clean: what `articles.prepared` holds. Its offset there is its place in the ordered log."""

    schema: int
    id: str
    source: str
    title: str
    body: str
    language: str
    """BCP 47 tag by detection: `ar`, `fa`, `ur`, `en` …; `und` when the text is too short to tell."""
    published_at: datetime
    """The publisher's time where it can be believed, otherwise `arrived_at`; `time_marks` says which."""
    arrived_at: datetime
    """When the raw record was appended to `articles.raw`."""
    url: str | None = None
    author: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    declared_language: str | None = None
    published_at_given: str | None = None
    """What the producer sent as `published_at`, as it was sent."""
    fetched_at: datetime | None = None
    time_marks: tuple[str, ...] = ()
    """Any of `missing`, `unreadable`, `future`, `no_zone`, `ancient`."""
    page_id: str = ""
    """Id of the raw record; equal to `id` when the page held one article."""
    part: Annotated[int, msgspec.Meta(ge=0, le=MAX_PARTS)] = 0
    """1, 2 … when the page held several articles, otherwise 0."""
    parts: Annotated[int, msgspec.Meta(ge=0, le=MAX_PARTS)] = 0
    """How many articles the page held, in this version of it; 0 where an older version of isnad wrote this."""
    dateline: Dateline | None = None
    cut: tuple[Cut, ...] = ()
    flags: tuple[str, ...] = ()
    """Any of `short`, `title_only`, `no_title`, `title_from_body`, `not_arabic`."""
    raw: RawPlace | None = None
    """The place of the raw record; None where an older version of isnad wrote this."""


UNDATED_MARKS = frozenset({"missing", "unreadable", "future", "ancient"})
"""With one of these among the `time_marks`, `published_at` is the time of arrival."""


class LogPosition(msgspec.Struct, frozen=True):
    """Where the article stands in the ordered log; dedup's answer is a function of the log up to here."""

    offset: int
    appended_at: datetime

    @property
    def version(self) -> int:
        """External version for Elasticsearch: grows with the append time, then with the offset within a millisecond.

        The append time comes first so that the order also holds after Kafka was set up anew and offsets begin at 0.
        """
        milliseconds = int(in_utc(self.appended_at).timestamp() * 1000 + 0.5)
        return (milliseconds << 20) | (self.offset & 0xFFFFF)


class Takedown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An article is to go from everything that isnad answers, and stay away; or it may come again.

    In `articles.raw` and `articles.prepared`, with the article's id as the message's key: without that key it is a dead
    letter, so that nobody takes something down by accident.
    """

    schema: int
    kind: Literal["takedown", "restore"]
    """`restore` takes a takedown of the same id back. The article is there again when it is sent again."""
    id: str
    """Of an article, or of a page, which means all articles of the page."""
    at: datetime
    """When it was decided."""
    reason: str = ""
    by: str | None = None
    """Who decided it."""
    raw: RawPlace | None = None
    """The place of the raw record; prepare writes it."""


class MatchedTakedown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What `articles.matched` and `articles.enriched` hold of a takedown.

    Where a page comes again without an article that it held, dedup itself says so of that article, by a `kind` that
    is `takedown` with a `takedown` that is a `restore`: it goes, and may come again.
    """

    schema: int
    kind: Literal["takedown", "restore"]
    """With `takedown`, whatever stands of the article is to go; whether it stays away is said by the `takedown`."""
    takedown: Takedown
    position: LogPosition
    """In the ordered log. Whatever of the article stands before it there is out."""
    counted_out: tuple[str, ...] = ()
    """Ids of the articles that left their stories with this; `stories.changes` has these stories."""

    @property
    def left_its_page(self) -> bool:
        """Whether nobody took it down, but its page no longer holds it. Then the id is that of just this article."""
        return self.kind != self.takedown.kind


Relation = Literal["original", "copy", "partial", "revision"]


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier article that shares text with this one, with the evidence.

    The shares are over the distinct 5-word shingles of the two bodies: `jaccard` = shared ÷ all of both, `contained` =
    shared ÷ this article's, `contains` = shared ÷ the other's.
    """

    id: str
    story_id: str
    jaccard: float
    contained: float
    contains: float
    shared: int
    """Number of shared shingles."""
    passages: tuple[Span, ...] = ()
    """The longest stretches of this article's body that stand in the other too, longest first, at most eight."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Dedup's answer for one article."""

    story_id: str
    relation: Relation
    links: tuple[Link, ...] = ()


class MatchedArticle(msgspec.Struct, frozen=True, kw_only=True):
    """What `articles.matched` holds."""

    schema: int
    article: PreparedArticle
    verdict: Verdict
    position: LogPosition


EntityType = Literal["PER", "LOC", "ORG", "MISC"]


class GeoPoint(msgspec.Struct, frozen=True):
    """WGS 84 coordinates in degrees."""

    lat: float
    lon: float


Score = Annotated[float, msgspec.Meta(ge=0, le=1)]
"""A calibrated probability: of the answers with .9, nine in ten are right."""


class Alternative(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Another entity that a name may mean: طرابلس in Lebanon, where the one in Libya was taken."""

    canonical: str
    entity: str
    score: Score
    latin: str | None = None
    country: str | None = None
    location: GeoPoint | None = None


class Mention(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A name as it stands in the article, without clitics, and the entity it means."""

    type: EntityType
    text: str
    field: Literal["title", "body"]
    start: int
    end: int
    canonical: str
    """One name per entity, whatever the spelling in the text."""
    latin: str | None = None
    country: str | None = None
    """ISO 3166-1 alpha-2, for places."""
    location: GeoPoint | None = None
    score: Score = 1.0
    """That the span is a name of this type."""
    kind: str | None = None
    """What sort of its type, where that is known: `country`, `city`, `armed group`, `party`, `outlet` …"""
    entity: str = ""
    """Stable id, the same for every spelling; see `isnad.identity.entity_id`. Empty: an older isnad wrote this."""
    alternatives: tuple[Alternative, ...] = ()
    """What else the name may mean, likeliest first; the scores of all and of the one taken sum to 1."""


class Credit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A news agency that the article names: as its own source (`credit`), or as somebody quoted (`quoted`)."""

    agency: str
    role: Literal["credit", "quoted"]
    text: str
    field: Literal["title", "body", "author"]
    start: int
    end: int
    score: Score = 1.0
    """That the agency is named in this role."""


class EnrichedArticle(msgspec.Struct, frozen=True, kw_only=True):
    """What `articles.enriched` holds."""

    schema: int
    article: PreparedArticle
    verdict: Verdict
    position: LogPosition
    mentions: tuple[Mention, ...] = ()
    credits: tuple[Credit, ...] = ()


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """An article as a story remembers it."""

    id: str
    source: str
    title: str
    published_at: datetime
    url: str | None = None
    page_id: str | None = None
    """Of its page, which is its own id where the page held one article; None where an older version wrote this."""


class StoryState(msgspec.Struct, frozen=True, kw_only=True):
    """A story after a change: enough to index it without reading anything else."""

    id: str
    """Id of the article that opened the story; it never changes."""
    origin: Member
    """The member published first; a late arrival can change it. Without title and url where no article is left."""
    articles: int
    """0 where the last one was taken down: then the story is no more."""
    outlets: dict[str, int]
    """Articles by outlet."""
    first_published_at: datetime
    last_published_at: datetime


class StoryChange(msgspec.Struct, frozen=True, kw_only=True):
    """What `stories.changes` holds, keyed by story."""

    schema: int
    kind: Literal["new_story", "copy_joined", "article_edited", "article_removed"]
    article_id: str
    relation: Relation
    """Of this article, as its verdict says."""
    story: StoryState
    position: LogPosition


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """What a person has decided about a dead letter."""

    action: Literal["replayed", "dropped"]
    """Its original was sent again to the topic that it came from, or it needs no more attention."""
    at: datetime
    letter: int
    """Offset of the letter in `articles.dead`."""
    note: str | None = None
    """Why, in the person's words."""


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """What `articles.dead` holds: the record that could not be processed, byte for byte, and why.

    Nothing there is ever changed or deleted. A person's decision is appended: the same letter once more, without the
    original and with a `resolution`. It holds for the record (`topic`, `partition`, `offset`), however many
    letters this has because Kafka delivered it again.
    """

    schema: int
    reason: Reason
    detail: str
    stage: str
    topic: str
    partition: int
    offset: int
    appended_at: datetime
    died_at: datetime
    key: bytes | None = None
    value: bytes | None = None
    """The original bytes (base64 in the JSON). Without key and value the original stands only where it came from."""
    article_id: str | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    """The original's headers."""
    deaths: int = 1
    """How often the record has died: once, and once more for each replay after which it died again."""
    resolution: Resolution | None = None
