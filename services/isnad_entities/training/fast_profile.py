"""A whole training run of the `fast` profile: news, classes, weights, calibration, figures, and the files."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from rich.progress import Progress

from isnad_entities.lists.lexicon import lexicon
from isnad_entities.lists.vocabulary import vocabulary
from isnad_entities.rules.finding import Rules
from isnad_entities.tagging.fast import model_file
from isnad_entities.tagging.fast.classes import Classes
from isnad_entities.tagging.fast.tagger import MODEL_FILE, classes_of
from isnad_entities.training import card, news, vectors
from isnad_entities.training.answers import answers
from isnad_entities.training.corpora import Span, sentences, split
from isnad_entities.training.fast import Settings, Trainer, curves
from isnad_entities.training.request import Request
from isnad_entities.words.passage import Passage


def train(request: Request, progress: Progress, settings: Settings | None = None) -> str:
    """Train, write the model and its card, and return what to tell the user.

    Raises:
        RequestError: the corpus or the news can't be read.
        SetupError: the model whose classes are to be taken can't be used.
    """
    settings = settings or Settings()
    corpus = sentences(request.corpus)
    first_part, development = split(corpus)
    if request.classes:
        classes = classes_of(model_file.read(request.classes))
    else:
        classes = classes_of_news(request.news, vectors.Settings(seed=request.seed), progress)
    trainer = Trainer(classes, settings)
    rounds = settings.rounds * (settings.folds + 1 + (not request.hold_out))
    task = progress.add_task("weights", total=rounds)

    def advance() -> None:
        progress.advance(task)

    learnt = trainer.learn(first_part, advance)
    calibration = curves(trainer.calibrate(first_part, advance))
    figures = answers(trainer.tagger(learnt, calibration), development)
    if not request.hold_out:
        learnt = trainer.learn(corpus, advance)
    trained = first_part if request.hold_out else corpus
    overall = figures.scores["overall"]
    request.output.mkdir(parents=True, exist_ok=True)
    facts: dict[str, str | int | float] = {
        "profile": "fast",
        "corpus": request.corpus.name,
        "sentences": len(trained),
        "held out": "the last sixth" if request.hold_out else "nothing",
        "strict F1 on the last sixth, trained on the rest": round(overall.f1, 4),
        "seed": request.seed,
    }
    model_file.write(request.output / MODEL_FILE, trainer.model(learnt, calibration, facts))
    size = (request.output / MODEL_FILE).stat().st_size
    text = card.fast(request, figures.scores, figures.calibration_error, len(trained), size)
    (request.output / card.FILE).write_text(text, encoding="utf-8")
    return (
        f"{request.output / MODEL_FILE}: {size / 1e6:.1f} MB, strict F1 {overall.f1:.3f} on the last sixth of the "
        "corpus when trained on the rest"
    )


def classes_of_news(paths: Sequence[Path], settings: vectors.Settings, progress: Progress) -> Classes:
    """Return what unlabelled news knows of its words."""
    task = progress.add_task("news", total=None)
    read = news.read(paths, _opinion_of(Rules(lexicon(), vocabulary())), lambda: progress.advance(task))
    progress.update(task, total=progress.tasks[task].completed)
    task = progress.add_task("vectors", total=settings.epochs)
    held = vectors.vectors(read.sentences, settings, lambda: progress.advance(task))
    by_frequency = list(held)
    finest, coarser = vectors.classes(np.stack([held[word] for word in by_frequency]), settings)
    places = {word: place for place, word in enumerate(by_frequency)}
    words = sorted(by_frequency)
    return Classes(
        words, finest[[places[word] for word in words]], coarser, news.opinions(read, words), news.often(read, words)
    )


def _opinion_of(rules: Rules) -> news.Opinion:
    def opinion(passages: list[Passage]) -> Iterator[tuple[Passage, Span]]:
        for passage in passages:
            for name in rules.read(passage):
                if not name.silent:
                    yield passage, Span(name.first, name.last, name.entity.type)

    return opinion
