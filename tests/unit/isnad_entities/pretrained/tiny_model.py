"""Models of a few words in Hugging Face layout, whose every answer can be worked out by hand.

A model looks up a number for each label by sub-word (`own`), adds what the sub-word before says (`after`), the mean of
what all sub-words say that are no filling (`mean`), and what is said at its position (`at`). So it sees what stands
around, what is filling, and where it is.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
SURE = 20.0
"""A number so far above the others that its probability is 1 to the last digit shown."""

Numbers = Mapping[str, str | Mapping[str, float]]
"""What a sub-word says: a label, of which it is sure, or numbers for labels."""


def word_pieces(vocabulary: Sequence[str]) -> Tokenizer:
    """A WordPiece tokenizer that takes vowel marks off, as those of BERT do."""
    tokenizer = Tokenizer(models.WordPiece({word: number for number, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents()])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    wrap(tokenizer)
    return tokenizer


def wrap(tokenizer: Tokenizer) -> None:
    """Let it put [CLS] and [SEP] around a text."""
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B [SEP]",
        special_tokens=[(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")],
    )


def write_model(
    folder: Path,
    labels: Sequence[str],
    own: Numbers,
    *,
    tokenizer: Tokenizer | None = None,
    more_words: Sequence[str] = (),
    after: Numbers | None = None,
    mean: Numbers | None = None,
    at: Mapping[int, str] | None = None,
    positions: int = 512,
    config: Mapping[str, object] | None = None,
    inputs: Sequence[str] = ("input_ids", "attention_mask", "token_type_ids"),
    whole: int = TensorProto.INT64,
    types: Mapping[str, int] | None = None,
    sizes: Sequence[str | int] = ("rows", "columns"),
    graph: str = "model.onnx",
) -> Path:
    """Write a folder with configuration, tokenizer and graph; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    if tokenizer is None:
        said = [*own, *(after or {}), *(mean or {}), *more_words]
        tokenizer = word_pieces([*SPECIAL, *dict.fromkeys(said)])
    tokenizer.save(str(folder / "tokenizer.json"))
    described = {
        "model_type": "bert",
        "architectures": ["BertForTokenClassification"],
        "vocab_size": tokenizer.get_vocab_size(),
        "max_position_embeddings": positions,
        "hidden_size": 8,
        "num_hidden_layers": 1,
        "num_attention_heads": 1,
        "pad_token_id": 0,
        "id2label": {str(number): label for number, label in enumerate(labels)},
        "label2id": {label: number for number, label in enumerate(labels)},
    }
    (folder / "config.json").write_text(json.dumps(described | dict(config or {})))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]", "unk_token": "[UNK]"})
    )
    path = folder / graph
    path.parent.mkdir(exist_ok=True)
    taken = [helper.make_tensor_value_info(name, (types or {}).get(name, whole), sizes) for name in inputs]
    onnx.save(_graph(tokenizer, labels, own, after or {}, mean or {}, at or {}, taken), path)
    return folder


def _graph(
    tokenizer: Tokenizer,
    labels: Sequence[str],
    own: Numbers,
    after: Numbers,
    mean: Numbers,
    at: Mapping[int, str],
    taken: Sequence[onnx.ValueInfoProto],
) -> onnx.ModelProto:
    size = tokenizer.get_vocab_size()
    names = {one.name for one in taken}

    def table(name: str, numbers: Numbers) -> onnx.TensorProto:
        rows = np.zeros((size, len(labels)), np.float32)
        for word, said in numbers.items():
            given = {said: SURE} if isinstance(said, str) else said
            for label, number in given.items():
                rows[tokenizer.token_to_id(word), labels.index(label)] = number
        return numpy_helper.from_array(rows, name)

    places = np.zeros((max(at, default=0) + 100, len(labels)), np.float32)
    for position, label in at.items():
        places[position, labels.index(label)] = SURE

    def constant(name: str, numbers: Sequence[int]) -> onnx.TensorProto:
        return numpy_helper.from_array(np.array(numbers, np.int64), name)

    nodes = [
        helper.make_node("Gather", ["own", "input_ids"], ["own_said"]),
        helper.make_node("Gather", ["after", "input_ids"], ["after_said"]),
        # One row of zeros before, the last row off: what each sub-word says stands with the one after it.
        helper.make_node("Pad", ["after_said", "one_down"], ["from_left"]),
        helper.make_node("Gather", ["mean", "input_ids"], ["mean_said"]),
        helper.make_node("Equal", ["input_ids", "input_ids"], ["all"]),
        helper.make_node(
            "Cast", ["attention_mask" if "attention_mask" in names else "all"], ["mask"], to=TensorProto.FLOAT
        ),
        helper.make_node("Unsqueeze", ["mask", "last"], ["weights"]),
        helper.make_node("Mul", ["mean_said", "weights"], ["weighted"]),
        helper.make_node("ReduceSum", ["weighted", "columns"], ["sum"], keepdims=1),
        helper.make_node("ReduceSum", ["weights", "columns"], ["count"], keepdims=1),
        helper.make_node("Div", ["sum", "count"], ["from_all"]),
        helper.make_node("Sum", ["own_said", "from_left", "from_all"], ["said"]),
        helper.make_node("Gather", ["places", "position_ids" if "position_ids" in names else "zero"], ["at_said"]),
        helper.make_node("Add", ["said", "at_said"], ["logits"]),
    ]
    return helper.make_model(
        helper.make_graph(
            nodes,
            "tiny",
            taken,
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["any", "number", len(labels)])],
            [
                table("own", own),
                table("after", after),
                table("mean", mean),
                constant("one_down", [0, 1, 0, 0, -1, 0]),
                constant("last", [-1]),
                constant("columns", [1]),
                numpy_helper.from_array(places, "places"),
                constant("zero", [0]),
            ],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
