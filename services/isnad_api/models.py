"""What the API answers: the definition behind its OpenAPI description (pure)."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from isnad.messages import EntityType, Relation

RELATION = (
    "To the articles that arrived before it: by the order of arrival, never changed afterwards. Which article was "
    "published first, the story's `origin` says; a copy that arrives before it is an `original` here."
)

_DATED = "False: the publisher's time is not known; `published_at` is the arrival."

_STORY = "alalam-news:0a1b2c3d4e5f60718293"


class Model(BaseModel):
    """Base: unknown fields of a document are left out."""

    model_config = ConfigDict(extra="ignore")


class Span(Model):
    """A stretch of a text, in Unicode code points, end exclusive."""

    start: int
    end: int


class Share(Model):
    """How much two articles share: parts of their distinct 5-word shingles."""

    id: str = Field(description="The other article: it arrived earlier, and may be published later.")
    story_id: str
    jaccard: float = Field(description="Shared ÷ all shingles of both.")
    contained: float = Field(description="Shared ÷ this article's shingles.")
    contains: float = Field(description="Shared ÷ the other article's shingles.")
    shared: int = Field(0, description="Number of shared shingles.")


class Link(Share):
    """An article that arrived earlier and shares text, with the longest stretches that stand in both."""

    passages: list[Span] = Field([], description="In this article's body, longest first.")


class Highlight(Model):
    """A piece of a field in which words of the search stand, in their original spelling."""

    field: Literal["title", "body"]
    text: str
    marks: list[tuple[int, int]] = Field(description="Where the words stand in `text`: start and end, in code points.")
    html: str = Field(description="The same, escaped, with `<em>` around the words.")


class ArticleName(Model):
    """An article, as one names it: by what it is known and where it can be read."""

    id: str
    source: str = Field(description="The outlet.")
    title: str
    url: str | None = None
    published_at: datetime
    dated: bool = Field(default=True, description=_DATED)


class ArticleSummary(ArticleName):
    """An article in a list."""

    language: str
    relation: Relation = Field(description=RELATION)
    agencies: list[str] = Field([], description="News agencies that the article credits as its source.")
    share: Share | None = Field(
        None,
        description="What it shares with the story's origin, else with its best match in the story, of those that "
        "arrived before it; none for the one that arrived first.",
    )


class ArticleHit(ArticleSummary):
    """An article that fits a search."""

    highlights: list[Highlight] = []


class Origin(ArticleName):
    """The member of a story that was published first, whenever it arrived; its `relation` may so be `copy`."""


class StoryHit(Model):
    """A story of which at least one article fits a search."""

    story_id: str
    title: str = Field(description="Of the origin.")
    origin: Origin | None = Field(None, description="Missing for a moment while a new story is written.")
    articles: int = Field(description="Articles of the story, also those that don't fit.")
    outlets: dict[str, int] = Field(description="Articles of the story by outlet.")
    first_published_at: datetime
    last_published_at: datetime
    matching: int = Field(description="Articles of the story that fit.")
    score: float | None = Field(None, description="Of the best article; only when sorted by relevance.")
    hits: list[ArticleHit] = Field(description="The foremost articles that fit, with highlights.")


class Count(Model):
    """How many of the articles that fit, and of their stories, have a value."""

    value: str
    articles: int
    stories: int


class DayCount(Model):
    """How many of the articles that fit were published on a day (UTC)."""

    day: date
    articles: int
    stories: int


class EntityCount(Model):
    """How many articles name an entity."""

    type: EntityType
    name: str = Field(description="Its canonical name.")
    id: str = Field(description="Ask /v1/entities/{id} for it.")
    articles: int
    stories: int


class Facets(Model):
    """What there is among all articles that fit; each value can be given back as a filter."""

    outlets: list[Count]
    entities: list[EntityCount]
    days: list[DayCount] = Field(description="Newest first.")


class Meant(Model):
    """What an `entity` that was asked for was taken for."""

    asked: str
    ids: list[str] = Field(
        description="The entities that have this id, or this name in any spelling, most named first: articles that "
        "name one of them are found. Empty: nothing is known by it; one that is new is after some seconds."
    )
    others: list[str] = Field(
        description="Where nothing is known by it and it looks like an id: those of the same name, to ask for instead."
    )
    cut: bool = Field(description="So many have this name in theirs that not all were looked at: ask for an id.")


class SearchAnswer(Model):
    """Stories in which the words stand."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "q": "سوريا",
                    "sort": "relevance",
                    "page": 1,
                    "size": 10,
                    "stories": 1,
                    "articles": 2,
                    "hits": [
                        {
                            "story_id": _STORY,
                            "title": "التحالف يقصف في دير الزور",
                            "origin": {
                                "id": _STORY,
                                "source": "alalam-news",
                                "title": "التحالف يقصف في دير الزور",
                                "url": "https://news.example/1",
                                "published_at": "2018-02-08T06:00:00Z",
                            },
                            "articles": 2,
                            "outlets": {"alalam-news": 1, "alwatan": 1},
                            "first_published_at": "2018-02-08T06:00:00Z",
                            "last_published_at": "2018-02-08T09:30:00Z",
                            "matching": 2,
                            "score": 7.2,
                            "hits": [
                                {
                                    "id": _STORY,
                                    "source": "alalam-news",
                                    "title": "التحالف يقصف في دير الزور",
                                    "url": "https://news.example/1",
                                    "published_at": "2018-02-08T06:00:00Z",
                                    "dated": True,
                                    "language": "ar",
                                    "relation": "original",
                                    "agencies": ["وكالة فرانس برس"],
                                    "share": None,
                                    "highlights": [
                                        {
                                            "field": "body",
                                            "text": "في شرق سورية",
                                            "marks": [[7, 12]],
                                            "html": "في شرق <em>سورية</em>",
                                        }
                                    ],
                                }
                            ],
                        }
                    ],
                    "facets": {
                        "outlets": [{"value": "alalam-news", "articles": 1, "stories": 1}],
                        "entities": [
                            {"type": "LOC", "name": "سوريا", "id": "LOC:سوريا:SY", "articles": 2, "stories": 1}
                        ],
                        "days": [{"day": "2018-02-08", "articles": 2, "stories": 1}],
                    },
                }
            ]
        }
    )

    q: str
    sort: Literal["relevance", "newest", "oldest"]
    page: int
    size: int
    stories: int = Field(description="Stories that fit; above 10,000 a close estimate.")
    articles: int = Field(description="Articles that fit.")
    hits: list[StoryHit]
    facets: Facets
    meant: list[Meant] = Field(default=[], description="For each `entity` of the search, what it was taken for.")


class StoryAnswer(Model):
    """A story and its articles."""

    id: str = Field(description="Id of the article that opened the story; it never changes.")
    title: str
    origin: Origin
    articles: int
    outlets: dict[str, int]
    first_published_at: datetime
    last_published_at: datetime
    page: int
    size: int
    members: list[ArticleSummary] = Field(description="First published first.")


class Location(Model):
    """WGS 84 coordinates in degrees."""

    lat: float
    lon: float


class AlternativeView(Model):
    """Another entity that the name may mean."""

    canonical: str
    entity: str
    score: float = Field(description="Probability; with that of the entity taken they sum to 1.")
    latin: str | None = None
    country: str | None = None
    location: Location | None = None


class MentionView(Model):
    """A name as it stands in the article."""

    type: EntityType
    text: str
    field: Literal["title", "body"]
    start: int
    end: int
    canonical: str
    latin: str | None = None
    country: str | None = None
    location: Location | None = None
    score: float = Field(1.0, description="Probability that these words are a name of this type.")
    kind: str | None = Field(None, description="What sort of its type: `country`, `city`, `armed group`, `party` …")
    entity: str = Field("", description="Id of the entity: the same for every spelling.")
    alternatives: list[AlternativeView] = Field([], description="What else the name may mean, likeliest first.")


class CreditView(Model):
    """A news agency that the article names."""

    agency: str
    role: Literal["credit", "quoted"]
    text: str
    field: Literal["title", "body", "author"]
    start: int
    end: int
    score: float = Field(1.0, description="Probability that the agency is named in this role.")


class DatelineView(Model):
    """The opening that says where a report was written and by whom."""

    text: str
    start: int
    end: int
    places: list[str] = []
    agencies: list[str] = []


class CutView(Model):
    """What the cleaning took out of the page, and by which rule."""

    rule: str
    text: str


class ArticleAnswer(Model):
    """An article with everything that isnad knows about it."""

    id: str
    source: str
    title: str
    body: str
    url: str | None = None
    author: str | None = None
    section: str | None = None
    tags: list[str] = []
    language: str
    declared_language: str | None = None
    published_at: datetime
    published_at_given: str | None = Field(None, description="As the producer wrote it.")
    arrived_at: datetime
    time_marks: list[str] = Field([], description="What is wrong with the producer's time, if anything.")
    flags: list[str] = []
    page_id: str
    part: int = 0
    story_id: str
    relation: Relation = Field(description=RELATION)
    links: list[Link] = []
    mentions: list[MentionView] = []
    credits: list[CreditView] = []
    dateline: DatelineView | None = None
    cut: list[CutView] = []


class Variant(Model):
    """A way in which an entity is written."""

    text: str
    articles: int


class EntityView(Model):
    """An entity that articles name."""

    id: str = Field(description="The same for every spelling; `entity` of a search takes it.")
    type: EntityType
    name: str = Field(description="Its canonical name.", validation_alias="canonical")
    kind: str | None = Field(None, description="What sort of its type: `country`, `city`, `armed group`, `party` …")
    latin: str | None = None
    country: str | None = None
    location: Location | None = None
    articles: int = Field(description="How many name it. Some seconds may pass until new ones are counted.")
    first_seen: datetime = Field(description="Publication of the first article that names it, of those that are here.")
    last_seen: datetime


class EntityAnswer(EntityView):
    """An entity with its spellings."""

    variants: list[Variant] = Field([], description="Most frequent first.")


class EntitiesAnswer(Model):
    """Entities, most named first."""

    entities: list[EntityCount | EntityView] = Field(
        description="Among the articles that pass the filters counted in articles and stories; without filters with "
        "all that is known of them."
    )
    meant: list[Meant] = Field(default=[], description="For each `entity` of the filters, what it was taken for.")
    cut: bool = Field(
        default=False,
        description="More than 1,000 entities fit `q`; only those that most articles name were looked for among the "
        "articles that pass the filters. Write more of the name.",
    )


class Accepted(Model):
    """An article that is in Kafka now."""

    line: int = Field(description="Its line in the request, from 1.")
    id: str = Field(description="Ask /v1/articles/{id} for it; seconds may pass until it is there.")


class Refused(Model):
    """A line of which no article can be made."""

    line: int
    reason: str
    detail: str


MOST_REFUSED = 1000
"""So many refused lines an answer lists; it would else be many times as long as what was pushed."""


class PushAnswer(Model):
    """What became of the pushed articles."""

    accepted: list[Accepted]
    refused: list[Refused] = Field(description=f"The first {MOST_REFUSED:,} of them.")
    refused_more: int = Field(0, description="How many more lines are refused, which are not listed.")


class FieldProblem(Model):
    """What is wrong with one part of a request."""

    where: str
    detail: str


class Problem(Model):
    """An error, as RFC 9457 describes them."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    request_id: str = Field(description="Tell it when you ask about the error; the log has it too.")
    errors: list[FieldProblem] = []
    accepted: list[Accepted] = Field([], description="Of a push that failed: what Kafka has all the same.")
    refused: list[Refused] = Field([], description="Of a push, as in its answer.")
    refused_more: int = Field(0, description="Of a push, as in its answer.")
