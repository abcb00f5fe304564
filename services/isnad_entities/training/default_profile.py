"""A whole training run of the `default` profile, in stages that are gone on with where a run was cut short."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import Progress

from isnad_entities.lists.lexicon import lexicon
from isnad_entities.lists.vocabulary import vocabulary
from isnad_entities.tagging import calibration as curve_fitting
from isnad_entities.tagging.calibration import Calibration
from isnad_entities.tagging.fast import model_file
from isnad_entities.tagging.fast import tagger as fast
from isnad_entities.tagging.labels import TYPES
from isnad_entities.tagging.neural.folder import Manifest, Pool, write
from isnad_entities.tagging.neural.pieces import batches
from isnad_entities.tagging.neural.tagger import load
from isnad_entities.training import card, fast_profile
from isnad_entities.training.answers import Judged, answers, error_of
from isnad_entities.training.corpora import sentences, split
from isnad_entities.training.default import checkpoints, exporting, text
from isnad_entities.training.default.batching import feed, sentence_pieces
from isnad_entities.training.default.crf import Transitions
from isnad_entities.training.default.distilling import silver
from isnad_entities.training.default.fitting import Fitting, Learner, fit
from isnad_entities.training.default.modules import Encoder, Guesses, Head, Tagging
from isnad_entities.training.default.pretraining import TARGETS, Language, Pretraining, pretrain
from isnad_entities.training.default.words import Words
from isnad_entities.training.request import Request

_READY = 15_000
"""Words that the tables bring worked out: half of what the fast profile's do, to keep what ships small."""

_EVERY = 8
"""One batch of so many is among those from which the ranges of whole numbers are taken."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How the model that ships was trained."""

    pretraining: Pretraining = field(default_factory=Pretraining)
    teacher: Fitting = field(default_factory=lambda: Fitting(epochs=9, encoder_rate=0.0))
    silver: Fitting = field(
        default_factory=lambda: Fitting(epochs=1, encoder_rate=0.0, batch_words=4_096, rate=1.5e-3, seed=11)
    )
    student: Fitting = field(default_factory=lambda: Fitting(epochs=5, encoder_rate=0.0, rate=1e-3, seed=12))
    pool: Pool = field(default_factory=lambda: Pool(network=0.6, tables=0.6, outside=-0.5))


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
    tables = _tables(request, stages, progress)
    unlabelled, known = _news(request, stages, progress)
    corpus = text.Text.of(text.corpus(first_part), known)
    counts = np.bincount(unlabelled.words, minlength=len(known)) + np.bincount(corpus.words, minlength=len(known))
    run = _Run(request, settings, stages, progress, Words.of(known, counts), known)
    run.learn_language(unlabelled)
    learner = run.taught(corpus, fast.load(tables))
    samples = [feed(corpus, run.words, batch) for batch in list(batches(sentence_pieces(corpus, run.words)))[::_EVERY]]
    exported = (
        exporting.tables(learner.network.encoder.rows, run.words),
        learner.transitions.weights.detach().numpy(),
        exporting.graph(learner, samples),
        tables.read_bytes(),
    )
    manifest = Manifest(format=1, facts=run.words.fact_names, curves={}, pool=settings.pool, sums={}, trained={})
    write(request.output, manifest, *exported)
    raw = answers(load(request.output, lexicon(), vocabulary()), development)
    curves = calibration(raw.judged)
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
            "seed": request.seed,
        },
    )
    write(request.output, manifest, *exported)
    size = sum(file.stat().st_size for file in request.output.iterdir())
    said = card.default(request, raw.scores, halves_error(raw.judged), len(first_part), size)
    (request.output / card.FILE).write_text(said, encoding="utf-8")
    return f"{request.output}: {size / 1e6:.1f} MB, strict F1 {overall.f1:.3f} on the last sixth of the corpus"


def calibration(judged: Sequence[Judged]) -> Calibration:
    """Return the curves that fit answers whose scores are what the model believes."""
    return {
        kind: curve_fitting.fit(np.array([row[1] for row in rows]), np.array([row[2] for row in rows], np.bool_))
        for kind in TYPES
        if (rows := [row for row in judged if row[0] == kind])
    }


def halves_error(judged: Sequence[Judged]) -> float:
    """Return the expected calibration error of each half of the answers by curves that fit the other half."""
    halves = (judged[: len(judged) // 2], judged[len(judged) // 2 :])
    tried: list[Judged] = []
    for fitted, other in (halves, halves[::-1]):
        curves = calibration(fitted)
        tried += [
            (kind, float(curves[kind].at(np.array([score]))[0]) if kind in curves else score, right)
            for kind, score, right in other
        ]
    return error_of(tried)


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


def _tables(request: Request, stages: Path, progress: Progress) -> Path:
    """The fast profile's model, which has not seen the development split either."""
    whole, smaller = stages / "fast" / fast.MODEL_FILE, stages / fast.MODEL_FILE
    if not whole.exists():
        fast_profile.train(replace(request, output=stages / "fast", hold_out=True), progress)
    model = model_file.read(whole)
    kept = min(len(model.ready_words), _READY)
    columns = {
        name: column[: len(column) // max(1, len(model.ready_words)) * kept]
        for name in ("ready_rows", "ready_scales", "ready_bridges", "ready_profiles")
        for column in (getattr(model, name),)
    }
    model_file.write(smaller, msgspec.structs.replace(model, ready_words=model.ready_words[:kept], **columns))
    return smaller


@dataclass(frozen=True, slots=True)
class _Run:
    """The stages that need PyTorch."""

    request: Request
    settings: Settings
    stages: Path
    progress: Progress
    words: Words
    known: text.Spellings

    def learn_language(self, unlabelled: text.Text) -> None:
        torch.manual_seed(self.request.seed)
        facts = len(self.words.fact_names)
        language = Language(Encoder(facts), Guesses(facts, min(TARGETS, len(self.words.spellings))))
        how = replace(self.settings.pretraining, seed=self.request.seed)
        task = self.progress.add_task("language", total=how.steps)

        def show(step: int, means: list[float]) -> None:
            self.progress.update(task, completed=step, description=f"language, loss {means[0]:.3f}")

        pretrain(language, self.words, unlabelled, how, self._language, show)

    def taught(self, corpus: text.Text, tables: fast.FastTagger) -> Learner:
        """A teacher learns from the corpus; what it and the tables say of news is learned, then the corpus again."""
        learner = self._learner()
        teacher, student = (self.stages / f"{name}-{self.request.seed}.pt" for name in ("teacher", "student"))
        if checkpoints.load(student, learner.network, learner.transitions):
            return learner
        if not checkpoints.load(teacher, learner.network, learner.transitions):
            self._fit(learner, corpus, self.settings.teacher, "names")
            checkpoints.save(teacher, 1, learner.network, learner.transitions)
        task = self.progress.add_task("asking the teachers", total=None)
        news = silver(
            self.request.news,
            self.words,
            self.known,
            [learner],
            tables,
            self.settings.pool,
            lambda: self.progress.advance(task),
        )
        self._fit(learner, news.text, self.settings.silver, "names in news", news.beliefs)
        self._fit(learner, corpus, self.settings.student, "names again")
        checkpoints.save(student, 1, learner.network, learner.transitions)
        return learner

    @property
    def _language(self) -> Path:
        return self.stages / f"language-{self.request.seed}.pt"

    def _learner(self) -> Learner:
        torch.manual_seed(self.request.seed)
        encoder = Encoder(len(self.words.fact_names))
        checkpoints.load(self._language, encoder)
        return Learner(Tagging(encoder, Head()), Transitions())

    def _fit(
        self,
        learner: Learner,
        given: text.Text,
        how: Fitting,
        said: str,
        beliefs: NDArray[np.floating] | None = None,
    ) -> None:
        task = self.progress.add_task(said, total=how.epochs)
        how = replace(how, seed=how.seed + self.request.seed)
        fit(learner, given, self.words, how, lambda *_: self.progress.advance(task), beliefs)
