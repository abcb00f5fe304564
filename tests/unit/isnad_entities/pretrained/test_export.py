"""`isnad entities export` makes a folder that is read like any other, or says what is missing."""

from importlib.util import find_spec

import pytest
from click.testing import CliRunner
from tests.unit.isnad_entities.pretrained.tiny_model import SPECIAL, word_pieces, write_model

from isnad.errors import SetupError
from isnad_entities.pretrained import load
from isnad_entities.pretrained.command import export
from isnad_entities.words.passage import Passage

LABELS = ["O", "B-PERS", "I-PERS", "B-LOC"]
WORDS = ["قال", "محمد", "صلاح", "باريس"]

has_torch = find_spec("torch") is not None and find_spec("onnxscript") is not None
needs_torch = pytest.mark.skipif(not has_torch, reason="torch and onnxscript are not installed: the export needs them")


def run(*arguments: object) -> None:
    """Run the command; its errors are raised, as the command line's own frame expects."""
    result = CliRunner().invoke(export, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output


@pytest.fixture(params=["bert", "xlm-roberta", "electra"])
def trained(request, tmp_path):
    """A small network with random weights, as save_pretrained writes it."""
    import torch
    from transformers import AutoConfig, AutoModelForTokenClassification, PreTrainedTokenizerFast

    torch.manual_seed(1)
    vocabulary = [*SPECIAL, *WORDS]
    config = AutoConfig.for_model(
        request.param,
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=40,
        pad_token_id=0,
        id2label=dict(enumerate(LABELS)),
        label2id={label: number for number, label in enumerate(LABELS)},
    )
    network = AutoModelForTokenClassification.from_config(config)
    with torch.no_grad():
        network.classifier.weight.mul_(100)  # random weights hesitate between all labels
    network.save_pretrained(tmp_path / "torch")
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=word_pieces(vocabulary), pad_token="[PAD]", unk_token="[UNK]")
    tokenizer.save_pretrained(tmp_path / "torch")
    return tmp_path / "torch"


@needs_torch
@pytest.mark.filterwarnings("ignore")  # torch's own, at every import
def test_what_is_exported_names_what_the_network_names(trained, tmp_path):
    import torch
    from transformers import AutoModelForTokenClassification

    run(trained, "--output", tmp_path / "model", "--int8")
    network = AutoModelForTokenClassification.from_pretrained(trained).eval()
    words = ["قال", "محمد", "باريس", "صلاح"] * 5
    ids = torch.tensor([[2, *([*SPECIAL, *WORDS].index(word) for word in words), 3]])
    with torch.no_grad():
        best = network(ids).logits[0, 1:-1].argmax(-1).tolist()
    found = load(str(tmp_path / "model"), threads=1).tag([Passage.of("body", " ".join(words))])[0]
    named = {place for name in found for place in range(name.first, name.last + 1)}
    assert named == {place for place, label in enumerate(best) if LABELS[label] != "O"}
    load(str(tmp_path / "model"), file="model_quantized.onnx", threads=1)


@needs_torch
def test_a_folder_that_is_there_is_not_overwritten(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(SetupError, match="exists already"):
        run("any/model", "--output", tmp_path)


@pytest.mark.skipif(has_torch, reason="torch is installed")
def test_without_torch_it_says_how_to_get_it(tmp_path):
    model = write_model(tmp_path / "tiny", LABELS, dict.fromkeys(WORDS, "O"))
    with pytest.raises(SetupError, match="pip install torch onnxscript"):
        run(model, "--output", tmp_path / "model")
