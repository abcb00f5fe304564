"""The recorded examples of what dedup writes are what dedup writes for these articles today."""

from pathlib import Path

import msgspec

from isnad.codec import decode
from isnad.messages import MatchedArticle, StoryChange
from isnad.outcomes import Record
from isnad.similarity.window import Window
from isnad.text.words import words
from isnad.topics import Topics
from isnad_dedup.ledger import Ledger

EXAMPLES = Path(__file__).parents[2] / "examples"


def recorded(topic: str) -> list[bytes]:
    """The values, in the order of the log: their names begin with the offset."""
    return [file.read_bytes() for file in sorted((EXAMPLES / topic).glob("*.json"))]


def test_the_recorded_articles_get_the_recorded_verdicts_and_changes():
    matched = [decode(MatchedArticle, value) for value in recorded("articles.matched")]
    log = [
        Record(
            "articles.prepared", 0, one.position.offset, one.position.appended_at, b"", msgspec.json.encode(one.article)
        )
        for one in matched
    ]
    outcomes = Ledger(Topics(), Window()).answer(log)
    messages = [message for outcome in outcomes for message in outcome.messages]
    now_matched = [message.value for message in messages if message.topic == "articles.matched"]
    now_changes = [message.value for message in messages if message.topic == "stories.changes"]
    assert [decode(MatchedArticle, value) for value in now_matched] == matched
    assert [decode(StoryChange, value) for value in now_changes] == [
        decode(StoryChange, value) for value in recorded("stories.changes")
    ]


def test_every_relation_and_every_kind_of_change_has_an_example():
    relations = {decode(MatchedArticle, value).verdict.relation for value in recorded("articles.matched")}
    kinds = {decode(StoryChange, value).kind for value in recorded("stories.changes")}
    assert relations == {"original", "copy", "partial", "revision"}
    assert kinds == {"new_story", "copy_joined", "article_edited"}


def test_the_passages_of_the_examples_stand_in_both_articles():
    matched = [decode(MatchedArticle, value) for value in recorded("articles.matched")]
    bodies = {one.article.id: " ".join(words(one.article.body)) for one in matched[:3]}
    (link,) = matched[1].verdict.links
    assert link.passages
    for span in link.passages:
        assert " ".join(words(matched[1].article.body[span.start : span.end])) in bodies[link.id]
