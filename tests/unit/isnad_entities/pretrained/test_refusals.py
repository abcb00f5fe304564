"""A model that can't be used is refused when it is loaded, in a sentence that says what to do."""

import json
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import onnxruntime
import pytest
from onnx import TensorProto
from tests.unit.isnad_entities.pretrained.tiny_model import write_model

from isnad.errors import SetupError
from isnad_entities.pretrained import load
from isnad_entities.pretrained.checkpoint import read_checkpoint
from isnad_entities.pretrained.folder import folder_of, graph_in

BIO = ["O", "B-PER", "I-PER"]
WORDS = {"محمد": "B-PER", "قال": "O"}


def refusal(model: Path | str, **options: str) -> str:
    with pytest.raises(SetupError) as caught:
        load(str(model), threads=1, **options)
    said = str(caught.value)
    assert "\n" not in said
    return said


@pytest.fixture
def model(tmp_path):
    return write_model(tmp_path / "model", BIO, WORDS)


def change(file: Path, **fields: object) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | fields))


def test_the_model_itself_is_not_refused(model):
    load(str(model), threads=1)


def test_no_such_folder(tmp_path):
    assert "There is no folder" in refusal(tmp_path / "none")
    assert "There is no folder" in refusal("./none")
    assert "There is no folder" in refusal("models/of/mine")


def test_a_file_in_place_of_its_folder(model):
    assert "Name the folder that holds it" in refusal(model / "model.onnx")


def test_a_folder_without_a_configuration(model):
    (model / "config.json").unlink()
    assert "config.json is missing" in refusal(model)


@pytest.mark.parametrize("written", ["{", "[]", '{"model_type": "telepathy"}', "{}"])
def test_a_configuration_that_is_none(model, written):
    (model / "config.json").write_text(written)
    assert "config.json can't be read by transformers" in refusal(model)


def test_a_model_that_does_something_else(model):
    change(model / "config.json", architectures=["BertForMaskedLM"])
    assert "is no token classifier but BertForMaskedLM" in refusal(model)


def test_labels_that_are_not_named(model):
    change(model / "config.json", id2label={"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"})
    assert "ISNAD_ENTITIES_MODEL_LABELS=THEIRS=PER" in refusal(model)


def test_labels_with_a_gap(model):
    change(model / "config.json", id2label={"0": "O", "2": "B-PER"})
    assert "no complete list of labels" in refusal(model)


def test_a_setting_of_labels_that_is_none(model):
    assert "ISNAD_ENTITIES_MODEL_LABELS: 'PER' is not THEIRS=OURS" in refusal(model, labels="PER")


def test_no_tokenizer(model):
    (model / "tokenizer.json").unlink()
    assert "holds no tokenizer" in refusal(model)


def test_a_tokenizer_that_is_broken(model):
    (model / "tokenizer.json").write_text('{"version": "1.0"}')
    assert "The tokenizer in" in refusal(model)


def test_a_tokenizer_that_is_only_a_slow_one(model):
    (model / "tokenizer.json").rename(model / "vocab.json")
    (model / "tokenizer_config.json").write_text('{"tokenizer_class": "ByT5Tokenizer"}')
    assert "one of the slow ones in Python (ByT5Tokenizer)" in refusal(model)


def test_a_tokenizer_of_another_model(model):
    change(model / "config.json", vocab_size=3)
    assert "has ids up to 5, the model knows 3" in refusal(model)


def test_no_graph(model):
    (model / "model.onnx").unlink()
    assert f"isnad entities export {model} --output FOLDER" in refusal(model)


def test_a_graph_of_another_name(model):
    (model / "model.onnx").rename(model / "model_int8.onnx")
    assert "ISNAD_ENTITIES_MODEL_FILE=model_int8.onnx" in refusal(model)


def test_a_graph_that_is_named_and_not_there(model):
    assert "but model.onnx. Say which: ISNAD_ENTITIES_MODEL_FILE=model.onnx" in refusal(model, file="model_fp16.onnx")


def test_a_graph_that_is_broken(model):
    (model / "model.onnx").write_bytes(b"\x08\x08")
    assert "can't be read by ONNX Runtime" in refusal(model)


def test_a_graph_that_wants_something_else(model):
    write_model(model, BIO, WORDS, inputs=["input_ids", "pixel_values"])
    assert "takes input_ids, pixel_values; a token classifier takes" in refusal(model)


def test_a_graph_that_takes_no_whole_numbers(model):
    write_model(model, BIO, WORDS, types={"token_type_ids": TensorProto.FLOAT})
    assert "takes token_type_ids as tensor(float)" in refusal(model)


def test_a_graph_for_one_size_only(model):
    write_model(model, BIO, WORDS, sizes=["rows", 128])
    assert "not any number of rows and sub-words" in refusal(model)


def test_a_graph_with_other_labels_than_the_configuration(model):
    change(model / "config.json", id2label={"0": "O", "1": "B-PER"})
    assert "not a number for each of the 2 labels" in refusal(model)


@pytest.mark.skipif(
    "CUDAExecutionProvider" in onnxruntime.get_available_providers(), reason="this ONNX Runtime can use a GPU"
)
def test_a_gpu_where_there_is_none(model):
    assert "pip install onnxruntime-gpu" in refusal(model, device="cuda")


@pytest.mark.parametrize("name", ["a" * 300, "~nobody-of-this-name/model"])
def test_a_name_that_is_no_folder_s(name):
    said = refusal(name)
    assert "can't be read (File name too long)" in said or "Write the folder without ~" in said


def test_a_folder_that_may_not_be_entered(model):
    with TemporaryDirectory() as above:
        Path(above).chmod(0o755)
        locked = shutil.copytree(model, Path(above) / "model")
        locked.chmod(0)
        user = os.geteuid()
        os.seteuid(user or 65534)  # root may read everything
        try:
            for asked in (
                read_checkpoint,
                lambda folder: graph_in(folder, "model"),
                lambda f: folder_of(f"{f}/x", "", ()),
            ):
                with pytest.raises(SetupError, match=r"can't be read \(Permission denied\). Let this user read it"):
                    asked(locked)
        finally:
            os.seteuid(user)
            locked.chmod(0o755)
