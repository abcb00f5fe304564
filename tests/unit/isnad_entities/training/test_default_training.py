"""The training of the default profile, on a few words; needs PyTorch, which the development set-up has not."""

from itertools import product

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install 'isnad[train]'")

from isnad_entities.tagging.labels import LABELS  # noqa: E402
from isnad_entities.tagging.neural.network import Network  # noqa: E402
from isnad_entities.tagging.neural.pieces import batches  # noqa: E402
from isnad_entities.training.corpora import Sentence, Span  # noqa: E402
from isnad_entities.training.default import exporting  # noqa: E402
from isnad_entities.training.default.batching import feed, sentence_pieces  # noqa: E402
from isnad_entities.training.default.crf import Transitions  # noqa: E402
from isnad_entities.training.default.fitting import Fitting, Learner, emissions_of, fit, names_in  # noqa: E402
from isnad_entities.training.default.modules import WIDTH, Encoder, Guesses, Head, Tagging  # noqa: E402
from isnad_entities.training.default.pretraining import Language, Pretraining, pretrain  # noqa: E402
from isnad_entities.training.default.text import Spellings, Text, corpus  # noqa: E402
from isnad_entities.training.default.words import Words  # noqa: E402
from isnad_entities.words.passage import Gap, Passage  # noqa: E402

SENTENCES = [
    Sentence(("قال", "سمير", "في", "دمشق"), frozenset({Span(1, 1, "PER"), Span(3, 3, "LOC")})),
    Sentence(("وصل", "سمير", "حداد", "امس"), frozenset({Span(1, 2, "PER")})),
    Sentence(("غادر", "الوفد", "دمشق"), frozenset({Span(2, 2, "LOC")})),
]


@pytest.fixture(scope="module")
def read():
    known = Spellings()
    text = Text.of(corpus(SENTENCES), known)
    return text, Words.of(known, np.bincount(text.words, minlength=len(known)))


def learner(words):
    torch.manual_seed(3)
    return Learner(Tagging(Encoder(len(words.fact_names)), Head(dropout=0.0, dropout_inside=0.0)), Transitions())


def test_the_loss_is_that_of_all_rows_of_labels():
    random = np.random.default_rng(1)
    transitions = Transitions()
    weights = random.normal(0, 1, (len(Gap), len(LABELS), len(LABELS))).astype(np.float32)
    transitions.weights.data = torch.from_numpy(weights)
    emissions = random.normal(0, 1, (1, 3, len(LABELS))).astype(np.float32)
    gaps, right = (Gap.STOP, Gap.SPACE, Gap.COMMA), (1, 2, 0)

    def score(row):
        before, total = 0, 0.0
        for place, label in enumerate(row):
            if label and label % 2 == 0 and before not in (label, label - 1):
                return None
            total += emissions[0, place, label] + weights[gaps[place], before, label]
            before = label
        return total

    everything = [one for row in product(range(len(LABELS)), repeat=3) if (one := score(row)) is not None]
    expected = np.log(np.exp(everything).sum()) - score(right)
    loss = transitions.loss(
        torch.from_numpy(emissions), torch.tensor([gaps]), torch.tensor([right]), torch.ones(1, 3, dtype=torch.bool)
    )
    assert float(loss.detach()) == pytest.approx(expected, rel=1e-4)


def test_filling_changes_no_answer(read):
    text, words = read
    network = learner(words)
    network.network.eval()
    cut = sentence_pieces(text, words)
    together = emissions_of(network, text, words, cut)
    alone = np.concatenate([emissions_of(network, text, words, [piece])[piece.first : piece.last] for piece in cut])
    assert together == pytest.approx(alone, abs=0.05)  # bfloat16


def test_a_few_sentences_are_learned(read):
    text, words = read
    network = learner(words)
    fit(network, text, words, Fitting(epochs=40, batch_words=64, encoder_rate=1e-3, unknown=0.0, unlisted=0.0))
    cut = sentence_pieces(text, words)
    found = names_in(text, cut, emissions_of(network, text, words, cut), network.lattice())
    assert [{span for span, _ in row} for row in found] == [set(sentence.spans) for sentence in SENTENCES]


def test_the_exported_graph_says_what_the_network_says(read, tmp_path):
    text, words = read
    network = learner(words)
    network.network.eval()
    (batch,) = batches(sentence_pieces(text, words))
    fed = feed(text, words, batch)
    (tmp_path / "network.onnx").write_bytes(exporting.graph(network, [fed]))
    with torch.no_grad():
        rows = network.network.encoder.rows(fed.words)[fed.which] * fed.filled[..., None]
        expected = network.network(rows, fed.listed, fed.marks, fed.next_marks, fed.filled[..., None].float()).numpy()
    answer = Network(tmp_path / "network.onnx", WIDTH).run(
        rows.numpy(), fed.listed.numpy(), fed.marks.numpy(), fed.next_marks.numpy(), fed.filled.float().numpy()
    )
    there = fed.filled.numpy()
    assert np.corrcoef(answer[there].ravel(), expected[there].ravel())[0, 1] > 0.995


def test_pretraining_that_was_cut_short_goes_on_as_it_would_have(tmp_path):
    known = Spellings()
    passage = Passage.of("body", "قال الرئيس إن الوفد وصل إلى دمشق أمس. " * 40)
    text = Text.of([(passage, np.zeros(len(passage), np.int8))], known)
    words = Words.of(known, np.bincount(text.words, minlength=len(known)))

    def trained(name, *stops):
        torch.manual_seed(5)
        facts = len(words.fact_names)
        language = Language(Encoder(facts), Guesses(facts, len(words.spellings)))
        for stop in stops:
            pretrain(language, words, text, Pretraining(steps=4), tmp_path / name, lambda *_: None, until=stop)
        return language.encoder.state_dict()

    whole, halves = trained("whole.pt", 4), trained("halves.pt", 2, 4)
    for name, weights in whole.items():
        assert torch.equal(weights, halves[name]), name
