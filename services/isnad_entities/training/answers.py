"""What a tagger says of sentences of a corpus, held against what they name."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isnad.messages import EntityType
from isnad_entities.tagging.calibration import expected_calibration_error
from isnad_entities.tagging.tagger import Tagger
from isnad_entities.training.corpora import Reading, Scores, Sentence, Span, strict_scores

Judged = tuple[EntityType, float, bool]
"""A name's type and score, and whether it is right."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was found, and how good it is."""

    scores: dict[str, Scores]
    judged: list[Judged]

    @property
    def calibration_error(self) -> float:
        """Of the scores, expected."""
        return error_of(self.judged)


def answers(tagger: Tagger, sentences: Sequence[Sentence]) -> Answers:
    """Have sentences tagged one by one, and judge the names in the corpus's words."""
    found: list[frozenset[Span]] = []
    judged: list[Judged] = []
    for sentence in sentences:
        reading = Reading.of(sentence)
        (tagged,) = tagger.tag([reading.passage])
        spans = [reading.to_corpus([Span(one.first, one.last, one.type)]) for one in tagged]
        found.append(frozenset[Span]().union(*spans))
        judged += [(one.type, one.score, span <= sentence.spans) for one, span in zip(tagged, spans, strict=True)]
    return Answers(strict_scores([sentence.spans for sentence in sentences], found), judged)


def error_of(judged: Sequence[Judged]) -> float:
    """Return the expected calibration error of scores."""
    return expected_calibration_error(
        np.array([score for _, score, _ in judged]), np.array([right for _, _, right in judged], np.bool_)
    )
