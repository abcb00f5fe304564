"""isnad beside other libraries on the same articles in the same order: how quick each is, and what it finds."""

import gc
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from isnad.messages import Verdict
from isnad.similarity.shingles import shingled
from isnad_cli.bench import bars, machine, offline, ours, scores
from isnad_cli.bench.corpora import Corpus
from isnad_cli.bench.engines import BareIndex
from isnad_cli.bench.machine import Timed, timed
from isnad_cli.bench.peers import BALANCED, PEERS, SWEEP, USUAL, Candidates, Peer, Setting, Tokens, tokens
from isnad_cli.bench.runs import Report, Run, take_turns
from isnad_cli.bench.truth import Truth, brute_force
from isnad_dedup.matching.matcher import Matcher

_WARM_UP = 300


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run.

    Attributes:
        repeat: how often each thing is timed.
        sweep: try many settings of the other libraries.
        name_stories: list the articles of the largest stories.
    """

    repeat: int = 3
    sweep: bool = False
    name_stories: bool = False


def compare(corpus: Corpus, plan: Plan, say: Callable[[str], None], advance: Callable[[], None]) -> Report:
    """Return everything measured, ready for JSON; to be called on one core.

    `say` is told what begins; `advance` is called for each text of the brute force.
    """
    say("loading the compiled code")
    first = timed(partial(_verdicts, corpus, _WARM_UP))
    before = machine.calibration()
    say("filling a window")
    memory = _memory(corpus)
    say("counting the shared shingles of all pairs")
    truth = brute_force(corpus.texts, advance)
    say("making tokens for the other libraries")
    with _tokens(corpus) as token_sets, tempfile.TemporaryDirectory() as folder:
        contest = _Contest(corpus, truth, plan)
        runs = [*contest.own(), contest.command(Path(folder))]
        for peer in PEERS:
            for setting in SWEEP if plan.sweep else USUAL:
                runs += contest.peer(peer, setting, token_sets)
        take_turns(runs, len(corpus.articles), say)
    report = {
        "corpus": _about(corpus, truth),
        "machine": {
            **machine.description(),
            "calibration": {"before": before, "after": machine.calibration()},
            "seconds_to_first_verdicts": round(first.timing.clock_seconds, 3),
        },
        "engines": contest.engines,
        "offline": contest.offline,
        "stories": contest.stories,
        "memory": memory,
    }
    return {**report, "bars": bars.of_comparison(report)}


def _verdicts(corpus: Corpus, limit: int | None = None, *, explained: bool = False) -> list[Verdict]:
    """Return what the offline command answers or, `explained`, what the running chain does."""
    with Matcher(evidence=explained, events=explained) as matcher:
        return ours.verdicts(corpus.articles[:limit], matcher)


def _memory(corpus: Corpus) -> Report:
    machine.give_back_memory()
    before = machine.resident()
    with tempfile.TemporaryDirectory() as folder, Matcher(folder=Path(folder)) as matcher:
        ours.verdicts(corpus.articles, matcher)
        articles = len(matcher)
        return {
            "articles": articles,
            "resident_bytes_per_article": machine.bytes_each(before, machine.resident(), articles),
            "disk_bytes_per_article": round(machine.bytes_on_disk(Path(folder)) / articles),
        }


@contextmanager
def _tokens(corpus: Corpus) -> Iterator[list[Tokens]]:
    """Yield the tokens of all texts, out of sight of the garbage collector, which would search them in each run."""
    made = [tokens(text) for text in corpus.texts]
    gc.collect()
    gc.freeze()
    yield made
    gc.unfreeze()


def _about(corpus: Corpus, truth: Truth) -> Report:
    return {
        "articles": len(corpus.articles),
        "repeated_ids_left_out": corpus.repeated,
        "refused": dict(corpus.refused.most_common()),
        "characters": sum(map(len, corpus.texts)),
        "distinct_shingles": int(truth.sizes.sum()),
        "texts_under_20_shingles": int((truth.sizes < scores.SHORT).sum()),
        "pairs": {measure: scores.true_pairs(truth, measure).size for measure in scores.MEASURES},
        "links": scores.reach(truth, [article.published_at for article in corpus.articles]),
    }


class _Contest:
    """The runs, and what becomes of them.

    Attributes:
        engines: a report on each way to find pairs.
        offline: the report on the offline command.
        stories: the report on isnad's stories.
    """

    def __init__(self, corpus: Corpus, truth: Truth, plan: Plan) -> None:
        self.engines: list[Report] = []
        self.offline: Report = {"command": "isnad dedup --input FILE --output FILE"}
        self.stories: Report = {}
        self._corpus = corpus
        self._truth = truth
        self._plan = plan

    def own(self) -> list[Run]:
        """Return the runs of isnad, from texts to verdicts."""
        report: Report = {"name": "isnad", "setting": {}, "main": True}
        self.engines.append(report)
        act, explained = partial(_verdicts, self._corpus), partial(_verdicts, self._corpus, explained=True)
        return [
            Run(
                "isnad", partial(timed, act), report, rounds=self._plan.repeat, look=partial(self._look_at_own, report)
            ),
            Run(
                "isnad, texts into matches: neither stories nor verdicts",
                partial(timed, self._matches),
                report,
                name="articles_per_second_into_matches_alone",
                rounds=self._plan.repeat,
            ),
            Run(
                "isnad, texts into shingles",
                partial(timed, self._shingles),
                report,
                name="articles_per_second_into_shingles_alone",
                rounds=self._plan.repeat,
            ),
            Run(
                "isnad as in the running chain: with passages and changes of stories",
                partial(timed, explained),
                report,
                name="articles_per_second_in_the_chain",
            ),
        ]

    def _shingles(self) -> None:
        texts = self._corpus.texts
        for first in range(0, len(texts), ours.BATCH):
            shingled(texts[first : first + ours.BATCH])

    def _matches(self) -> None:
        with tempfile.TemporaryDirectory() as folder, closing(BareIndex(Path(folder))) as index:
            for first in range(0, len(self._corpus.articles), ours.BATCH):
                index.take(self._corpus.articles[first : first + ours.BATCH])

    def _look_at_own(self, report: Report, given: list[Verdict]) -> None:
        found = ours.links(self._corpus.articles, given)
        report["links"] = found.later.size
        report["links_of_inexact_share"] = found.inexact(self._truth)
        report["scores"] = {
            measure: scores.pair_scores(found.stating(self._truth, measure), scores.true_pairs(self._truth, measure))
            for measure in scores.MEASURES
        }
        names = [verdict.story_id for verdict in given]
        largest = scores.largest([article.id for article in self._corpus.articles], names)
        self.stories.update({
            "stories": len(set(names)),
            "pairwise": scores.story_scores(self._truth, names),
            "pairwise_without_short_texts": scores.story_scores(self._truth, names, scores.SHORT),
            "unjoined_pairs": scores.unjoined(self._truth, names),
            "largest": [len(members) for members in largest.values()],
        })  # fmt: skip
        if self._plan.name_stories:
            self.stories["largest_ids"] = largest

    def command(self, folder: Path) -> Run:
        """Return the run of the offline command on the same articles."""
        source, target = folder / "articles.jsonl", folder / "verdicts.jsonl"
        offline.write_lines(self._corpus.articles, source)
        act = partial(offline.run_dedup, source, target)
        return Run("the offline command", act, self.offline, rounds=self._plan.repeat)

    def peer(self, peer: Peer, setting: Setting, token_sets: list[Tokens]) -> list[Run]:
        """Return the runs of another library, with its tokenising and without."""
        main = setting == BALANCED
        report: Report = {
            "name": peer.name,
            "setting": {"num_perm": setting.num_perm, "bands": setting.bands},
            "main": main,
        }
        self.engines.append(report)
        rounds = self._plan.repeat if main else min(self._plan.repeat, 2)
        label = f"{peer.name}, {setting.num_perm} permutations in {setting.bands} bands"

        def whole() -> Timed[Candidates]:
            return timed(lambda: peer.candidates(map(tokens, self._corpus.texts), setting))

        def on_tokens() -> Timed[Candidates]:
            return timed(lambda: peer.candidates(token_sets, setting))

        return [
            Run(label, whole, report, rounds=rounds, look=partial(self._look_at_peer, report)),
            Run(
                f"{label}, tokens ready",
                on_tokens,
                report,
                name="articles_per_second_without_tokenising",
                rounds=rounds,
            ),
        ]

    def _look_at_peer(self, report: Report, found: Candidates) -> None:
        later = np.repeat(np.arange(len(found)), [len(others) for others in found])
        earlier = np.fromiter((other for others in found for other in others), np.int64, later.size)
        # Texts too short for a shingle all have the same, empty sketch; nobody would ask about them.
        asked = (self._truth.sizes[later] > 0) & (self._truth.sizes[earlier] > 0)
        pairs = self._truth.pair_numbers(later[asked], earlier[asked])
        report["scores"] = {
            measure: scores.pair_scores(pairs, scores.true_pairs(self._truth, measure)) for measure in scores.MEASURES
        }
