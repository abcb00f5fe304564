"""A whole training run of the `default` profile, in stages that are gone on with where a run was cut short."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import numpy as np
import torch
from rich.progress import Progress

from isnad_entities.lexicon import lexicon
from isnad_entities.tagging.calibration import Calibration, expected_calibration_error, fit
from isnad_entities.tagging.fast.tagger import FastTagger, fast_tagger
from isnad_entities.tagging.neural.folder import Manifest, Pool, write
from isnad_entities.tagging.neural.pieces import batches
from isnad_entities.tagging.neural.tagger import NeuralTagger, load
from isnad_entities.training import card
from isnad_entities.training.corpora import TYPES, Reading, Scores, Sentence, Span, sentences, split, strict_scores
from isnad_entities.training.default import checkpoints, exporting, fitting, text
from isnad_entities.training.default.averaging import average
from isnad_entities.training.default.batching import feed, sentence_pieces
from isnad_entities.training.default.crf import Transitions
from isnad_entities.training.default.modules import Encoder, Guesses, Head, Tagging
from isnad_entities.training.default.pretraining import TARGETS, Language, Pretraining, pretrain
from isnad_entities.training.default.words import Words
from isnad_entities.training.request import Request
from isnad_entities.vocabulary import vocabulary

_SAMPLES = 8
"""Batches from which the ranges of whole numbers are taken."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How the model that ships was trained."""

    pretraining: Pretraining = field(default_factory=Pretraining)
    fitting: fitting.Fitting = field(default_factory=fitting.Fitting)
    heads: int = 3
    """Taggers that are learned from one start in different orders, whose weights' mean is kept."""
    pool: Pool = field(default_factory=lambda: Pool(network=0.5, tables=0.5, outside=0.0))


@dataclass(frozen=True, slots=True)
class Answers:
    """What a tagger says of sentences that it has not seen, and whether that is right."""

    scores: dict[str, Scores]
    found: list[tuple[str, float, bool]]
    """Type, score, and whether right."""

    @property
    def calibration_error(self) -> float:
        """Of the scores, expected."""
        return expected_calibration_error(
            np.array([score for _, score, _ in self.found]), np.array([right for _, _, right in self.found], np.bool_)
        )


def train(request: Request, progress: Progress, settings: Settings | None = None) -> str:
    """Train, write the model's folder and its card, and return what to tell the user.

    The development split is held out whatever the request says: the scores are calibrated on it.

    Raises:
        RequestError: the corpus or the news can't be read.
        SetupError: what an earlier run left can't be gone on with, or the fast model's file is missing.
    """
    settings = settings or Settings()
    first_part, development = split(sentences(request.corpus))
    stages = request.output.with_name(request.output.name + ".stages")
    stages.mkdir(parents=True, exist_ok=True)
    tables = fast_tagger()
    unlabelled, known = _news(request, stages, progress)
    corpus = text.Text.of(text.corpus(first_part), known)
    counts = np.bincount(unlabelled.words, minlength=len(known)) + np.bincount(corpus.words, minlength=len(known))
    words = Words.of(known, counts)
    _learn_language(unlabelled, words, settings, stages, request.seed, progress)
    learner = _taught(corpus, words, settings, stages, request.seed, progress)
    samples = [feed(corpus, words, batch) for batch in list(batches(sentence_pieces(corpus, words)))[-_SAMPLES:]]
    exported = (
        exporting.tables(learner.network.encoder.rows, words),
        learner.lattice().weights,
        exporting.graph(learner, samples),
    )
    manifest = Manifest(format=1, facts=words.fact_names, curves={}, pool=settings.pool, sums={}, trained={})
    write(request.output, manifest, *exported)
    raw = answers(_tagger(request.output, tables), development)
    curves = calibration(raw)
    overall = raw.scores["overall"]
    manifest = msgspec.structs.replace(
        manifest,
        curves={kind: (tuple(curve.believed), tuple(curve.right)) for kind, curve in curves.items()},
        trained={
            "profile": "default",
            "corpus": request.corpus.name,
            "sentences": len(first_part),
            "held out": "the last sixth",
            "strict F1 on the last sixth, trained on the rest": round(overall.f1, 4),
            "words of news": len(unlabelled),
            "steps of pretraining": settings.pretraining.steps,
            "heads": settings.heads,
            "seed": request.seed,
        },
    )
    write(request.output, manifest, *exported)
    size = sum(file.stat().st_size for file in request.output.iterdir())
    said = card.default(request, raw.scores, halves_error(raw), len(first_part), size)
    (request.output / card.FILE).write_text(said, encoding="utf-8")
    return f"{request.output}: {size / 1e6:.1f} MB, strict F1 {overall.f1:.3f} on the last sixth of the corpus"


def answers(tagger: NeuralTagger, held_out: Sequence[Sentence]) -> Answers:
    """Return what a tagger says of sentences."""
    found: list[frozenset[Span]] = []
    judged: list[tuple[str, float, bool]] = []
    for sentence in held_out:
        reading = Reading.of(sentence)
        (tagged,) = tagger.tag([reading.passage])
        spans = [reading.to_corpus([Span(one.first, one.last, one.type)]) for one in tagged]
        found.append(frozenset[Span]().union(*spans))
        judged += [(one.type, one.score, span <= sentence.spans) for one, span in zip(tagged, spans, strict=True)]
    return Answers(strict_scores([sentence.spans for sentence in held_out], found), judged)


def calibration(raw: Answers) -> Calibration:
    """Return the curves that fit answers whose scores are what the model believes."""
    return {
        kind: fit(np.array([row[1] for row in rows]), np.array([row[2] for row in rows], np.bool_))
        for kind in TYPES
        if (rows := [row for row in raw.found if row[0] == kind])
    }


def halves_error(raw: Answers) -> float:
    """Return the expected calibration error of each half of the answers by curves that fit the other half."""
    halves = (raw.found[: len(raw.found) // 2], raw.found[len(raw.found) // 2 :])
    judged: list[tuple[str, float, bool]] = []
    for fitted, tried in (halves, halves[::-1]):
        curves = {str(kind): curve for kind, curve in calibration(Answers({}, fitted)).items()}
        judged += [
            (kind, float(curves[kind].at(np.array([score]))[0]) if kind in curves else score, right)
            for kind, score, right in tried
        ]
    return Answers({}, judged).calibration_error


def _news(request: Request, stages: Path, progress: Progress) -> tuple[text.Text, text.Spellings]:
    """The news as arrays, read once for each set of files."""
    listing = "\n".join(
        f"{file.name} {file.stat().st_size}"
        for path in request.news
        for file in (sorted(path.iterdir()) if path.is_dir() else [path])
    )
    kept = stages / f"news-{hashlib.sha256(listing.encode()).hexdigest()[:12]}.npz"
    task = progress.add_task("news", total=None)
    if not kept.exists():
        known = text.Spellings()
        read = text.Text.of(text.news(request.news, lambda: progress.advance(task)), known)
        partial = kept.with_suffix(".partial.npz")
        read.save(partial, known)
        partial.replace(kept)
    progress.update(task, total=progress.tasks[task].completed)
    return text.Text.load(kept)


def _learn_language(
    unlabelled: text.Text, words: Words, settings: Settings, stages: Path, seed: int, progress: Progress
) -> None:
    torch.manual_seed(seed)
    facts = len(words.fact_names)
    language = Language(Encoder(facts), Guesses(facts, min(TARGETS, len(words.spellings))))
    how = replace(settings.pretraining, seed=seed)
    task = progress.add_task("language", total=how.steps)

    def show(step: int, means: list[float]) -> None:
        progress.update(task, completed=step, description=f"language, loss {means[0]:.3f}")

    pretrain(language, words, unlabelled, how, stages / f"language-{seed}.pt", show)


def _taught(
    corpus: text.Text,
    words: Words,
    settings: Settings,
    stages: Path,
    seed: int,
    progress: Progress,
) -> fitting.Learner:
    """Several taggers of the same start, as one."""
    task = progress.add_task("names", total=settings.heads * settings.fitting.epochs)
    start = stages / f"language-{seed}.pt"
    taught = []
    for number in range(settings.heads):
        torch.manual_seed(seed)
        encoder = Encoder(len(words.fact_names))
        checkpoints.load(start, encoder)
        learner = fitting.Learner(Tagging(encoder, Head()), Transitions())
        how = replace(settings.fitting, seed=seed + number)
        fitting.fit(learner, corpus, words, how, lambda *_: progress.advance(task))
        taught.append(learner)
    return average(taught)


def _tagger(folder: Path, tables: FastTagger) -> NeuralTagger:
    return load(folder, tables, lexicon(), vocabulary())
