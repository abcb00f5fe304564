"""The card of a trained model: what it was made of, how good it is, where it fails (pure)."""

from collections.abc import Mapping

from isnad_entities.tagging.labels import TYPES
from isnad_entities.training.corpora import Scores
from isnad_entities.training.request import Request

FILE = "MODEL_CARD.md"

SOURCES = """\
- **ANERcorp** (names; CC BY-SA 4.0): Y. Benajiba, P. Rosso, J. M. Benedí, *ANERsys: An Arabic Named Entity Recognition
  System Based on Maximum Entropy*, CICLing 2007; Y. Benajiba, P. Rosso, *Arabic Named Entity Recognition using
  Conditional Random Fields*, LREC 2008 Workshop on HLT & NLP within the Arabic World. The training split of
  CAMeL Lab: O. Obeid et al., *CAMeL Tools: An Open Source Python Toolkit for Arabic Natural Language Processing*,
  LREC 2020.
- **ANT Corpus** (unlabelled news; Apache-2.0): A. Chouigui, O. Ben Khiroun, B. Elayeb, *ANT Corpus: An Arabic News Text
  Collection for Textual Classification*, AICCSA 2017; the same, *An Arabic Multi-source News Corpus: Experimenting on
  Single-document Extractive Summarization*, Arabian Journal for Science and Engineering, 2021.
- The lists of isnad itself (`isnad_entities/data`, its sources in `SOURCES.md`).
"""


def fast(request: Request, scores: Mapping[str, Scores], calibration_error: float, trained_on: int, size: int) -> str:
    """Return the card of a `fast` model, in Markdown.

    Args:
        request: the run.
        scores: on the last sixth of the corpus, trained on the rest.
        calibration_error: of the scores there, expected.
        trained_on: sentences that the model in the file was trained on.
        size: bytes of the model file.
    """
    shipped = (
        "The last sixth of the corpus was held out: the model in this folder has not seen it."
        if request.hold_out
        else "The model in this folder was then trained on the whole corpus, so it must not be measured on it."
    )
    news = " ".join(f"--news {path.name}" for path in request.news)
    if request.classes:
        news = f"--classes {request.classes.name}"
    command = (
        f"isnad entities train --profile fast --corpus {request.corpus.name} {news} --output FOLDER"
        f" --seed {request.seed}{' --hold-out' if request.hold_out else ''}"
    )
    return f"""\
# Names in Arabic news: the fast profile

People (PER), places (LOC), organisations (ORG) and other names (MISC) in written Arabic, with the probability that
each is right. A linear-chain conditional random field; its features are those of word types, so that a text costs
table look-ups only. {size / 1e6:.1f} MB.

## Made of

{SOURCES}
Words of the corpus give the weights. News without labels gives classes of words (k-means of word2vec vectors) and how
often isnad's rules call a word a name. Made again, byte for byte, on the same machine and the same versions by:

    {command}

It was trained on {trained_on:,} sentences.

## How good it is

Strict scores on the last sixth of the corpus, trained on the rest: a name is right when all of its words (clitics
included) and its type are. {shipped}

| | precision | recall | F1 | names |
|---|---|---|---|---|
{_table(scores)}

Scores are calibrated by isotonic regression on parts of the corpus that the models had not seen; the expected
calibration error on the last sixth is {calibration_error:.3f} (10 bins).

## Where it fails

- Names in sentences unlike news (dialect, verse, forums) and of times that neither the lists nor the news know.
- Organisations of several words, of which often only a part is found; MISC, which the corpus uses for much that differs
  (currencies, products, treaties, peoples) and seldom.
- A word that names a person here and a place there, where the sentence does not tell.
- It repeats what the corpus says and how it says it: news agencies of 2005 or so, mostly men, mostly politics. A score
  is about news like it, and no statement about anybody.

## Terms

The weights are derived from a corpus under CC BY-SA 4.0; they are given under the same terms, with the citation above.
"""


def default(
    request: Request, scores: Mapping[str, Scores], calibration_error: float, trained_on: int, size: int
) -> str:
    """Return the card of a `default` model, in Markdown; see `fast`."""
    news = " ".join(f"--news {path.name}" for path in request.news)
    if request.classes:
        news = f"--classes {request.classes.name}"
    command = (
        f"isnad entities train --profile default --corpus {request.corpus.name} {news} --output FOLDER"
        f" --seed {request.seed}"
    )
    return f"""\
# Names in Arabic news: the default profile

People (PER), places (LOC), organisations (ORG) and other names (MISC) in written Arabic, with the probability that
each is right. A small convolutional network ({size / 1e6:.1f} MB), pretrained on news without labels, that judges
together with the tables of the fast profile; it reads words, runs of their letters, and isnad's lists.

## Made of

{SOURCES}
News gives a language model of gated convolutions: which word, of which kind, stands between its neighbours. The corpus
gives what names are. Stages that were cut short are gone on with. Made again by:

    {command}

It was trained on {trained_on:,} sentences; the last sixth of the corpus was held out.

## How good it is

Strict scores on that last sixth: a name is right when all of its words (clitics included) and its type are.

| | precision | recall | F1 | names |
|---|---|---|---|---|
{_table(scores)}

Scores are calibrated by isotonic regression on the last sixth; the expected calibration error of each of its halves by
the curves of the other is {calibration_error:.3f} (10 bins). How much the network and the tables have to say was
chosen there too, which is three numbers, and the lists were worked on with an eye on what was missed there (football
clubs): expect about .01 less on other sentences of the same kind.

## Where it fails

- Names in sentences unlike news (dialect, verse, forums); foreign names that neither the lists nor the news know.
- Organisations of several words, of which often only a part is found; MISC, which the corpus uses for much that differs
  (currencies, products, treaties, peoples) and seldom.
- It reads sentence by sentence: what the rest of the article tells about a name, it does not use.
- It repeats what the corpus says and how it says it: news agencies of 2005 or so, mostly men, mostly politics. A score
  is about news like it, and no statement about anybody.

## Terms

The weights are derived from a corpus under CC BY-SA 4.0; they are given under the same terms, with the citation above.
"""


def _table(scores: Mapping[str, Scores]) -> str:
    rows = [
        f"| {kind} | {one.precision:.3f} | {one.recall:.3f} | {one.f1:.3f} | {one.tagged:,} |"
        for kind in ("overall", *TYPES)
        if (one := scores[kind])
    ]
    return "\n".join(rows)
