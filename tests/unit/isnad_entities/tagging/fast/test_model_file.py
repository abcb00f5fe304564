"""A model's file: what is written is read, and what can't be used gives a sentence that says why."""

import numpy as np
import pytest

from isnad.errors import SetupError
from isnad_entities.tagging.fast import model_file
from isnad_entities.tagging.fast.model_file import Model, ScaledWeights, scaled, unscaled
from isnad_entities.tagging.fast.tagger import load
from isnad_entities.tagging.labels import LABELS


@pytest.fixture
def model():
    return Model(
        labels=LABELS, features="outside\nword=في", weights=bytes(90), scales=bytes(8), profiles=("0/",),
        column_weights=b"", transitions=bytes(4 * 5 * 81), words="في", depths=1, finest=bytes(2), coarser=bytes(2),
        opinions=bytes(4), often=bytes(1), ready_words=(), ready_rows=b"", ready_scales=b"", ready_bridges=b"",
        ready_profiles=b"", curves={"PER": ((0.0, 1.0), (0.1, 0.9))}, trained={"seed": 1},
    )  # fmt: skip


@pytest.fixture
def file(tmp_path, model):
    model_file.write(tmp_path / "a.model", model)
    return tmp_path / "a.model"


def test_what_is_written_is_read_and_the_same_model_gives_the_same_bytes(file, model, tmp_path):
    assert model_file.read(file) == model
    model_file.write(tmp_path / "b.model", model)
    assert file.read_bytes() == (tmp_path / "b.model").read_bytes()


def test_any_changed_byte_of_the_content_is_noticed(file):
    whole = file.read_bytes()
    for place in (20, 50, len(whole) - 1):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(SetupError, match="damaged"):
            load(file)


def test_a_cut_off_file_is_damaged(file):
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(SetupError, match=r"damaged.*Install isnad again, or train it anew"):
        load(file)


def test_a_file_of_a_newer_format_says_so(file):
    content = bytearray(file.read_bytes())
    content[12] += 1  # the format stands behind the mark of 12 bytes
    file.write_bytes(content)
    with pytest.raises(SetupError, match="of format 2, and this version of isnad reads format 1"):
        load(file)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"isnad"])
def test_another_file_is_no_model(file, content):
    file.write_bytes(content)
    with pytest.raises(SetupError, match="it is no model file"):
        load(file)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SetupError, match=r"none\.model can't be used: it can't be read"):
        load(tmp_path / "none.model")


def test_weights_lose_less_than_half_a_step_when_they_are_made_small():
    weights = np.random.default_rng(2).normal(0, 1, (20, 45))
    weights[3] = 0
    small, scales = scaled(weights)
    steps = np.abs(weights).max(axis=1, keepdims=True) / 127
    assert (np.abs(small * scales[:, None] - weights) <= steps / 2 + 1e-6).all()
    assert unscaled(small.tobytes(), scales.tobytes()) == pytest.approx(weights, abs=float(steps.max()))


def test_weights_of_features_are_summed_and_unknown_ones_weigh_nothing():
    weights = ScaledWeights(["a", "b"], np.array([[2, 4], [1, -1]], np.int8), np.array([0.5, 2], np.float32))
    assert weights.of([["a", "c"], ["a", "b"], []]).tolist() == [[1, 2], [3, 0], [0, 0]]
