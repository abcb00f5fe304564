"""The recorded examples of what dedup writes are what dedup writes for these articles today."""

from pathlib import Path

import msgspec

from isnad.codec import decode, decode_either
from isnad.messages import MatchedArticle, MatchedTakedown, PreparedArticle, StoryChange, Takedown
from isnad.outcomes import Record
from isnad.similarity.window import Window
from isnad.text.words import words
from isnad.topics import Topics
from isnad_dedup.log.ledger import Ledger

EXAMPLES = Path(__file__).parents[2] / "examples"


def recorded(topic: str) -> list[bytes]:
    """The values, in the order of the log: their names begin with the offset."""
    return [file.read_bytes() for file in sorted((EXAMPLES / topic).glob("*.json"))]


def read(values: list[bytes]) -> list[MatchedArticle | MatchedTakedown]:
    return [decode_either(MatchedArticle, MatchedTakedown, value) for value in values]


def held(matched: MatchedArticle | MatchedTakedown) -> PreparedArticle | Takedown:
    return matched.article if isinstance(matched, MatchedArticle) else matched.takedown


def articles() -> list[MatchedArticle]:
    return [one for one in read(recorded("articles.matched")) if isinstance(one, MatchedArticle)]


def test_the_recorded_articles_get_the_recorded_verdicts_and_changes():
    matched = read(recorded("articles.matched"))
    log = [
        Record(
            "articles.prepared", 0, one.position.offset, one.position.appended_at, b"", msgspec.json.encode(held(one))
        )
        for one in matched
        # What left its page is dedup's own word, and in no log.
        if isinstance(one, MatchedArticle) or not one.left_its_page
    ]
    outcomes = Ledger(Topics(), Window()).answer(log)
    messages = [message for outcome in outcomes for message in outcome.messages]
    now_matched = [message.value for message in messages if message.topic == "articles.matched"]
    now_changes = [message.value for message in messages if message.topic == "stories.changes"]
    assert read(now_matched) == matched
    assert [decode(StoryChange, value) for value in now_changes] == [
        decode(StoryChange, value) for value in recorded("stories.changes")
    ]


def test_every_relation_and_every_kind_of_change_has_an_example():
    relations = {one.verdict.relation for one in articles()}
    kinds = {decode(StoryChange, value).kind for value in recorded("stories.changes")}
    assert relations == {"original", "copy", "partial", "revision"}
    assert kinds == {"new_story", "copy_joined", "article_edited", "article_removed"}


def test_the_passages_of_the_examples_stand_in_both_articles():
    matched = articles()
    bodies = {one.article.id: " ".join(words(one.article.body)) for one in matched[:3]}
    (link,) = matched[1].verdict.links
    assert link.passages
    for span in link.passages:
        assert " ".join(words(matched[1].article.body[span.start : span.end])) in bodies[link.id]
