"""How good the names are, against a corpus of tagged words (a tool for developers).

    python -m isnad_entities.measure CORPUS

The corpus has a word and its BIO tag per line, a blank line between sentences (the format of ANERcorp; PERS is read as
PER). A mention counts as right when its type and all of its words are: strict F1, over whole words, clitics included.
Sentences are read one by one, so short forms get no help from the rest of the document.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from isnad_entities.enrich import read, wires
from isnad_entities.names import names

TYPES = ("PER", "LOC", "ORG", "MISC")

Span = tuple[str, int, int]
"""Type, first word, word behind the last."""


def sentences(corpus: Path) -> Iterator[list[tuple[str, str]]]:
    """Yield the corpus's sentences as words with their tags."""
    row: list[tuple[str, str]] = []
    for line in corpus.read_text(encoding="utf-8").splitlines():
        word, _, tag = line.strip().partition(" ")
        if word:
            row.append((word, tag.replace("PERS", "PER")))
        elif row:
            yield row
            row = []
    if row:
        yield row


def tagged_spans(row: list[tuple[str, str]]) -> set[Span]:
    """Return what the tags say."""
    spans: set[Span] = set()
    start, kind = 0, ""
    for place, (_, tag) in enumerate([*row, ("", "O")]):
        if kind and tag != f"I-{kind}":
            spans.add((kind, start, place))
            kind = ""
        if not kind and tag != "O":
            start, kind = place, tag[2:]
    return spans


def found_spans(row: list[tuple[str, str]]) -> set[Span]:
    """Return what is found in the sentence's words, spaces between them."""
    starts: list[int] = []
    text = ""
    for word, _ in row:
        starts.append(len(text))
        text += word + " "
    spans: set[Span] = set()
    for mention in read("", text, None, None, names(), wires())[0]:
        inside = [
            place
            for place, start in enumerate(starts)
            if start < mention.end and start + len(row[place][0]) > mention.start
        ]
        spans.add((mention.type, inside[0], inside[-1] + 1))
    return spans


def measure(corpus: Path) -> dict[str, object]:
    """Return precision, recall and F1 by type and over all, and words per second of CPU."""
    right = dict.fromkeys(TYPES, 0)
    found = dict.fromkeys(TYPES, 0)
    tagged = dict.fromkeys(TYPES, 0)
    count = 0
    started = time.process_time()
    for row in sentences(corpus):
        truth, answer = tagged_spans(row), found_spans(row)
        count += len(row)
        for kind in TYPES:
            tagged[kind] += sum(span[0] == kind for span in truth)
            found[kind] += sum(span[0] == kind for span in answer)
            right[kind] += sum(span[0] == kind for span in truth & answer)
    seconds = time.process_time() - started
    by_type = {kind: _scores(right[kind], found[kind], tagged[kind]) for kind in TYPES}
    overall = _scores(sum(right.values()), sum(found.values()), sum(tagged.values()))
    return {"overall": overall, **by_type, "words": count, "words_per_second": round(count / seconds)}


def _scores(right: int, found: int, tagged: int) -> dict[str, float]:
    precision, recall = right / max(found, 1), right / max(tagged, 1)
    f1 = 2 * right / max(found + tagged, 1)
    return {"precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3)}


def main() -> int:
    """Measure the corpus named on the command line and print the result as JSON."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)  # noqa: T201  a command line tool
        return 2
    names(), wires()
    print(msgspec.json.encode(measure(Path(sys.argv[1]))).decode())  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
