"""The model that ships: whole, small enough, and used to news."""

import zlib
from importlib.resources import files

import pytest

from isnad_entities.tagging.neural.folder import read
from isnad_entities.tagging.neural.tagger import NeuralTagger, load_default
from isnad_entities.words.passage import Passage

MOST_BYTES = 15_000_000
"""Of all models in the wheel."""


@pytest.fixture(scope="module")
def tagger() -> NeuralTagger:
    return load_default()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("قال وزير الخارجية الروسي سيرغي لافروف في موسكو.", ["PER سيرغي لافروف", "LOC موسكو"]),
        ("أعلنت الأمم المتحدة أن المعارك مستمرة في حلب", ["ORG الأمم المتحدة", "LOC حلب"]),
        # Neither the name nor its family is on a list.
        ("وأضاف الناطق باسم الشركة كفلوتشنسكي برديانو أن السعر ارتفع", ["PER كفلوتشنسكي برديانو"]),
        ("ارتفع سعر الطماطم في السوق أمس", []),
    ],
)
def test_plain_names_are_found(tagger, text, names):
    passage = Passage.of("body", text)
    (found,) = tagger.tag([passage])
    written = [f"{one.type} {text[passage.tokens[one.first].start : passage.tokens[one.last].end]}" for one in found]
    assert written == names
    assert all(0 < one.score <= 1 for one in found)


def test_all_models_together_are_small():
    folder = files("isnad_entities") / "models"
    sizes = [len(zlib.compress(file.read_bytes())) for profile in folder.iterdir() for file in profile.iterdir()]
    assert 1_000_000 < sum(sizes) < MOST_BYTES


def test_it_says_what_it_was_trained_on():
    trained = read(files("isnad_entities") / "models" / "default").manifest.trained
    assert trained["held out"] == "the last sixth"
    assert float(trained["strict F1 on the last sixth, trained on the rest"]) > 0.77
