"""Strict scores of names on the development split of a tagged corpus: the tagger's alone, and joined with the lists."""

from collections.abc import Callable, Sequence
from typing import TypedDict

from isnad_cli.bench.profiles import Profile
from isnad_entities.training.answers import answers
from isnad_entities.training.corpora import Reading, Scores, Sentence, Span, strict_scores


class Row(TypedDict):
    """Of one type, or of all."""

    precision: float
    recall: float
    f1: float
    names: int
    """In the corpus."""


class Development(TypedDict):
    """What one profile finds in sentences that it was not trained on."""

    trained: str
    tagger: dict[str, Row] | None
    """The tagger alone; lists and rules have none."""
    entities: dict[str, Row]
    """All that is done with an article, sentence by sentence: short forms get no help from the rest of a document."""
    calibration_error: float | None
    """How far the tagger's scores are from how often they are right, over ten bins."""


def measure(profile: Profile, held_out: Sequence[Sentence], done: Callable[[], None]) -> Development:
    """Return a profile's scores; `done` is called after each sentence."""
    names = profile.names
    alone = answers(profile.tagger, held_out) if profile.tagger else None
    found: list[frozenset[Span]] = []
    for sentence in held_out:
        reading = Reading.of(sentence)
        passage = reading.passage
        mentions = [(passage.places(mention.start, mention.end), mention.type) for mention in names.find([passage])]
        found.append(reading.to_corpus(Span(places[0], places[-1], kind) for places, kind in mentions))
        done()
    truth = [sentence.spans for sentence in held_out]
    return Development(
        trained=profile.trained,
        tagger=_rows(alone.scores) if alone else None,
        entities=_rows(strict_scores(truth, found)),
        calibration_error=round(alone.calibration_error, 4) if alone else None,
    )


def _rows(scores: dict[str, Scores]) -> dict[str, Row]:
    return {
        kind: Row(precision=round(one.precision, 4), recall=round(one.recall, 4), f1=round(one.f1, 4), names=one.tagged)
        for kind, one in scores.items()
    }
