"""Dedup answers any articles, each once, and the same ones the same way."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fuzz.corpus import FRAGMENTS, seeds_of_texts
from tests.fuzz.targets import ARRIVED

from isnad_dedup.matching.events import Answer, Arrival
from isnad_dedup.matching.matcher import Matcher

_PIECES = st.sampled_from([*FRAGMENTS, *(seed.decode("utf-8", "ignore")[:800] for seed in seeds_of_texts())])
_TEXTS = st.lists(_PIECES, max_size=4).map(" ".join) | st.text(max_size=40)


@st.composite
def arrivals(draw: st.DrawFn) -> list[Arrival]:
    """Articles of few ids, so that some are revised and some come twice."""
    texts = draw(st.lists(_TEXTS, min_size=1, max_size=4))
    return [
        Arrival(
            id=draw(st.sampled_from(["a", "b", "c", "ن" * 200, "\ufdd0"])),
            source=draw(st.sampled_from(["alwatan", "<b>", "ن" * 60])),
            title=draw(st.sampled_from(texts)),
            body=draw(st.sampled_from(texts)),
            published_at=draw(st.datetimes(timezones=st.just(ARRIVED.tzinfo))),
            appended_at=ARRIVED + timedelta(seconds=number),
        )
        for number in range(draw(st.integers(1, 8)))
    ]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(arrivals())
def test_any_articles_get_an_answer_each_and_the_same_one_again(articles: list[Arrival]) -> None:
    """One after the other or all at once; passages lie within the body."""
    with Matcher() as one_by_one, Matcher() as at_once:
        answers = [one_by_one.answer(article) for article in articles]
        assert at_once.answer_all(articles) == answers
        last = {article.id: (article, answer) for article, answer in zip(articles, answers, strict=True)}
        for article, answer in last.values():
            assert one_by_one.answer(article).verdict == answer.verdict
    for article, answer in zip(articles, answers, strict=True):
        _holds_together(article, answer)


def _holds_together(article: Arrival, answer: Answer) -> None:
    for link in answer.verdict.links:
        assert link.id != article.id
        assert 0 <= link.jaccard <= min(link.contained, link.contains) <= 1
        assert all(0 <= span.start < span.end <= len(article.body) for span in link.passages)
