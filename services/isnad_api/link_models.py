"""What the API answers about shared text: an article's links, and two articles side by side (pure)."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from isnad.messages import Relation
from isnad_api.models import RELATION, ArticleName, Model, Span

_NOW = "Of the two bodies as they are now, counted anew."
_CHANGED = "One of the two texts was changed after the verdict: `now` is not what was `stated`."
_STRETCHES = (
    "All that stands in both bodies, longest first: every shared shingle is in one of them. A stretch that one of them "
    "repeats is there once for each time."
)

_AGENCY: dict[str, Any] = {
    "id": "alalam-news:0a1b2c3d4e5f60718293",
    "source": "alalam-news",
    "title": "قصف في دير الزور",
    "url": None,
    "published_at": "2018-02-08T06:00:00Z",
    "dated": True,
    "story_id": "alalam-news:0a1b2c3d4e5f60718293",
    "relation": "original",
}
_PAPER: dict[str, Any] = {
    "id": "alwatan:77",
    "source": "alwatan",
    "title": "التحالف يقصف في دير الزور",
    "url": "https://alwatan.example/77",
    "published_at": "2018-02-08T09:30:00Z",
    "dated": True,
    "story_id": "alwatan:77",
    "relation": "original",
    "shingles": 4,
    "body": "وأكد مصدر: قصف التحالف مواقع في دير الزور",
}
_STATED: dict[str, Any] = {"jaccard": 0.4, "contained": 0.4, "contains": 1.0, "shared": 2}
_COUNTED: dict[str, Any] = {"jaccard": 0.5, "contained": 0.5, "contains": 1.0, "shared": 2}
_SIX_WORDS: dict[str, Any] = {
    "words": 6,
    "here": {"start": 11, "end": 41, "text": "قصف التحالف مواقع في دير الزور"},
    "there": {"start": 0, "end": 31, "text": "قصف التحالف مواقع في دير الزّور"},
}


class Numbers(Model):
    """How much two bodies share, in distinct 5-word shingles."""

    jaccard: float = Field(description="Shared ÷ all shingles of both.")
    contained: float = Field(description="Shared ÷ this article's shingles.")
    contains: float = Field(description="Shared ÷ the other article's shingles.")
    shared: int = Field(description="Number of shared shingles.")


class Passage(Span):
    """A stretch of one of the two bodies."""

    text: str | None = Field(None, description="As it is written there; with `text=true`.")


class Stretch(Model):
    """The same words in both bodies, each in its own spelling."""

    words: int
    here: Passage = Field(description="In this article's body.")
    there: Passage = Field(description="In the other's.")


class LinkedArticle(ArticleName):
    """An article that shares text with another."""

    story_id: str
    relation: Relation = Field(description=RELATION)


class ComparedArticle(LinkedArticle):
    """An article whose body is compared."""

    shingles: int = Field(description="Distinct 5-word shingles of its body.")
    body: str | None = Field(None, description="With `text=true`; the stretches' places are places in it.")


class Link(Model):
    """Another article that shares text with this one, as dedup judged it and as it is now."""

    id: str
    article: LinkedArticle | None = Field(description="None: it is not in the index.")
    same_story: bool
    stated: Numbers = Field(description="What the verdict says, which was given when the later of the two arrived.")
    now: Numbers | None = Field(
        description=f"{_NOW} None where the other is not in the index, or where the answer would hold too much to "
        "compare: /v1/comparison compares the two."
    )
    changed: bool = Field(description=_CHANGED)
    stretches: list[Stretch] = Field(description=_STRETCHES)


class LinksAnswer(Model):
    """With which articles an article shares text, and which text."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "article": _PAPER,
                    "page": 1,
                    "size": 20,
                    "earlier_total": 1,
                    "earlier": [
                        {
                            "id": _AGENCY["id"],
                            "article": _AGENCY,
                            "same_story": False,
                            "stated": _STATED,
                            "now": _COUNTED,
                            "changed": True,
                            "stretches": [_SIX_WORDS],
                        }
                    ],
                    "later_total": 0,
                    "later": [],
                }
            ]
        }
    )

    article: ComparedArticle
    page: int
    size: int
    earlier_total: int
    earlier: list[Link] = Field(description="Its own links, in the verdict's order: they arrived before it.")
    later_total: int
    later: list[Link] = Field(description="Those whose links name it: they arrived after it, or with a new text.")


class ComparisonAnswer(Model):
    """Two articles side by side, whether dedup linked them or not."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "article": _PAPER,
                    "other": _AGENCY | {"shingles": 2, "body": "قصف التحالف مواقع في دير الزّور"},
                    "same_story": False,
                    "linked_by": "article",
                    "stated": _STATED,
                    "now": _COUNTED,
                    "changed": True,
                    "stretches": [_SIX_WORDS],
                }
            ]
        }
    )

    article: ComparedArticle
    other: ComparedArticle
    same_story: bool
    linked_by: Literal["article", "other"] | None = Field(
        description="Whose verdict names the other of the two: that of the one which arrived later. None: they are not "
        "linked."
    )
    stated: Numbers | None = Field(description="What that verdict says, from the side of `article`.")
    now: Numbers = Field(description=_NOW)
    changed: bool = Field(description=_CHANGED)
    stretches: list[Stretch] = Field(description=_STRETCHES)
