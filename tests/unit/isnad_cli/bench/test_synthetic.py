"""A log of made-up articles, by what can be seen of its texts."""

import itertools

import pytest

from isnad_cli.bench.synthetic import SyntheticLog, article_id
from isnad_cli.bench.truth import brute_force

# 300 articles of 1 to 10 sentences of 12 words, no word twice.
COUNTER = itertools.count()
CORPUS = [
    " ".join(" ".join(f"ك{next(COUNTER)}" for _ in range(12)) + "." for _ in range(1 + number % 10))
    for number in range(300)
]
COUNT = 2000


@pytest.fixture(scope="module")
def log():
    return SyntheticLog(CORPUS, COUNT)


def planted(log, kind):
    found = ((number, log.planted(number)) for number in range(COUNT))
    return [(number, one.origin) for number, one in found if one is not None and one.kind == kind]


def test_the_same_seed_gives_the_same_log(log):
    """Text by text, in any order; another seed gives another."""
    again, other = SyntheticLog(CORPUS, COUNT), SyntheticLog(CORPUS, COUNT, seed=2)
    numbers = [1999, 0, 7, 19]
    assert [again.article(number) for number in numbers] == [log.article(number) for number in numbers]
    assert [other.text(number) for number in numbers] != [log.text(number) for number in numbers]


def test_every_twentieth_text_is_planted_and_made_of_an_earlier_own_one(log):
    """In each of the three ways equally often, as far as 100 can be."""
    counts = [len(planted(log, kind)) for kind in ("whole", "cut", "wrapped")]
    assert counts == [34, 33, 33]
    for kind in ("whole", "cut", "wrapped"):
        assert all(0 <= origin < number and origin % 20 != 19 for number, origin in planted(log, kind))


def test_planted_texts_are_what_they_say(log):
    """A whole copy is the same text, a cut one its first third of words, a wrapped one holds it with more around it."""
    assert all(log.text(number) == log.text(origin) for number, origin in planted(log, "whole"))
    for number, origin in planted(log, "cut"):
        words = log.text(origin).split()
        assert log.text(number).split() == words[: (len(words) + 2) // 3]
    for number, origin in planted(log, "wrapped"):
        assert log.text(origin) in log.text(number)
        assert len(log.text(number)) > len(log.text(origin))


def test_other_texts_share_next_to_nothing(log):
    """Apart from planted ones and what was made of the same text, hardly any pair shares half of the shorter text."""
    numbers = [number for number in range(COUNT) if log.planted(number) is None]
    truth = brute_force([log.text(number) for number in numbers])
    long = (truth.sizes[truth.later] >= 50) & (truth.sizes[truth.earlier] >= 50)
    assert (truth.containment[long] >= 0.5).sum() == 0


def test_what_stays_as_it_is_written_recurs_within_a_stretch_and_not_beyond():
    """A sentence in 16, one of 250, until 4,000 texts are there; but set sentences, the corpus's first 50."""
    log = SyntheticLog(CORPUS, 6000)
    written = [one.rstrip(".") for text in CORPUS for one in text.split(". ")]
    place = {sentence: number for number, sentence in enumerate(written) if number >= 50}
    found = []
    for numbers in (range(3000, 4000), range(4000, 5000)):
        texts = [log.text(number) for number in numbers if log.planted(number) is None]
        sentences = {one.rstrip(".") for text in texts for one in text.split(". ")}
        found.append({place[one] for one in sentences & place.keys()})
    assert found[0] <= set(range(50, 250))
    assert found[1] <= set(range(250, 500))
    assert min(map(len, found)) > 50


def test_sentences_can_be_left_as_they_are_written():
    """Then each word of a text stands where it stood in the corpus."""
    log = SyntheticLog(CORPUS, 50, verbatim=True)
    sentences = {sentence for text in CORPUS for sentence in text.split(". ")}
    written = {sentence.rstrip(".") for sentence in sentences}
    made = {one.rstrip(".") for number in range(19) for one in log.text(number).split(". ")}
    assert made <= written


def test_texts_are_about_as_long_as_those_of_the_corpus(log):
    """5.5 sentences of 12 words on average, and a set sentence in every tenth text."""
    lengths = [len(log.text(number).split()) for number in range(COUNT) if log.planted(number) is None]
    assert sum(lengths) / len(lengths) == pytest.approx(5.6 * 12, rel=0.05)


def test_articles_come_one_after_the_other_within_the_window(log):
    """Each with an id of its own, over less than the 30 days of the usual window."""
    articles = [log.article(number) for number in range(COUNT)]
    times = [article.appended_at for article in articles]
    assert times == sorted(times)
    assert (times[-1] - times[0]).days < 30
    assert [article.id for article in articles] == list(dict.fromkeys(map(article_id, range(COUNT))))


def test_texts_without_a_sentence_make_no_log():
    """Said at once."""
    with pytest.raises(ValueError, match="no sentence"):
        SyntheticLog(["", " "], 10)
