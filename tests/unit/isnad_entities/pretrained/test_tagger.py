"""From a model's folder to names: the whole path, on models whose answers are worked out by hand."""

import math

import pytest
from onnx import TensorProto
from tests.unit.isnad_entities.pretrained.tiny_model import SPECIAL, word_pieces, wrap, write_model
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from isnad_entities.pretrained import load
from isnad_entities.tagging.tagger import Tagged
from isnad_entities.words.passage import Passage

BIO = ["O", "B-PERS", "I-PERS", "B-GPE", "I-GPE", "B-DATE"]
WORDS = {
    "محمد": "B-PERS",
    "صلاح": "I-PERS",
    "باريس": "B-GPE",
    "##ية": "I-PERS",
    "الاثنين": "B-DATE",
    "قال": "O",
    "في": "O",
    ".": "O",
    "،": "O",
    "-": "O",
}


def names(model, *texts, **options):
    """Names of each text, as (words, type)."""
    tagger = load(str(model), threads=1, **options)
    passages = [Passage.of("body", text) for text in texts]
    return [
        [(passage.written(name.first, name.last), name.type) for name in found]
        for passage, found in zip(passages, tagger.tag(passages), strict=True)
    ]


def test_from_a_trained_tokenizer_to_names(tmp_path):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    text = ["قال محمد صلاح في باريس ، إن محمد قال ."] * 3
    tokenizer.train_from_iterator(text, trainers.WordPieceTrainer(special_tokens=SPECIAL, show_progress=False))
    wrap(tokenizer)
    said = {word: WORDS[word] for word in ("محمد", "صلاح", "باريس", "قال", "في", "،", ".")} | {"ان": "O"}
    model = write_model(tmp_path / "model", BIO, said, tokenizer=tokenizer)
    assert names(model, "قال محمد صلاح، في باريس: «محمد».", "باريس") == [
        [("محمد صلاح", "PER"), ("باريس", "LOC"), ("محمد", "PER")],
        [("باريس", "LOC")],
    ]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("tiny") / "model", BIO, WORDS)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("قال محمد صلاح في باريس", [("محمد صلاح", "PER"), ("باريس", "LOC")]),
        ("باريسية", [("باريسية", "LOC")]),  # the first sub-word decides
        ("محمد، صلاح", [("محمد", "PER"), ("صلاح", "PER")]),  # the model says that the comma is outside
        ("محمد-صلاح", [("محمد-صلاح", "PER")]),  # what it says of a hyphen in a name does not count
        ("محمد\nصلاح", [("محمد", "PER"), ("صلاح", "PER")]),  # two paragraphs
        ("مُحَمَّد", [("مُحَمَّد", "PER")]),
        ("محمد الاثنين", [("محمد", "PER")]),  # a date is no name of ours
        ("لندن", []),  # a word that the tokenizer does not know
        ("...", []),
        ("", []),
    ],
)
def test_texts_and_their_names(model, text, meant):
    assert names(model, text) == [meant]


def test_no_passages_have_no_names(model):
    assert load(str(model), threads=1).tag([]) == []


def test_a_word_of_which_the_tokenizer_leaves_nothing_may_stand_inside_of_a_name(tmp_path):
    tokenizer = word_pieces([*SPECIAL, *WORDS])
    tokenizer.normalizer = normalizers.Replace("بن", "")
    model = write_model(tmp_path, BIO, WORDS, tokenizer=tokenizer)
    assert names(model, "بن محمد بن صلاح بن", "بن") == [[("محمد بن صلاح", "PER")], []]


def test_in_a_long_sentence_every_name_is_judged_with_what_stands_before_it(tmp_path):
    # A name is one because of the title before it; eight words fit a window, and no cut may part the two.
    model = write_model(
        tmp_path,
        ["O", "B-PER"],
        {"علي": {"O": 5}, "السيد": "O", "قال": "O"},
        after={"السيد": {"B-PER": 10}},
        positions=10,
    )
    for offset in range(3):
        text = " ".join(["قال"] * offset + ["قال السيد علي"] * 40)
        found = load(str(model), threads=1).tag([Passage.of("body", text)])[0]
        assert [(name.first, name.last) for name in found] == [
            (place, place) for place in range(offset + 2, offset + 120, 3)
        ]


def test_windows_are_cut_at_sentences(tmp_path):
    # What a sentence is about is seen only where it is read whole: «حرب» anywhere in the window makes «علي» a name.
    model = write_model(
        tmp_path,
        ["O", "B-PER"],
        {"علي": {"O": 1}, "قال": "O", "حرب": "O", ".": "O"},
        mean={"حرب": {"B-PER": 40}},
        positions=10,
    )
    sentences = ["قال حرب قال قال علي", "قال قال علي", "علي قال قال قال حرب", "علي قال قال"]
    text = ". ".join(sentences * 3)
    found = load(str(model), threads=1).tag([Passage.of("body", text)])[0]
    # In each round the names of the first and the third sentence: words 4 and 8 of 16.
    assert [name.first for name in found] == [4, 8, 20, 24, 36, 40]


def test_a_passage_is_answered_alike_alone_and_among_longer_ones(tmp_path):
    # «قال» says 4 for B-PER, and it is the mean of four sub-words that counts: [CLS] قال علي [SEP]. So «علي» has the
    # numbers 0, 1 and 0, and PER has (e + 1) of (e + 2). Filling that counted would make the mean smaller.
    model = write_model(
        tmp_path, ["O", "B-PER", "I-PER"], {"قال": {"O": 50}, "علي": {}, "كتب": "O"}, mean={"قال": {"B-PER": 4}}
    )
    tagger = load(str(model), threads=1)
    short = Passage.of("title", "قال علي")
    others = [Passage.of("body", " ".join(["كتب"] * size)) for size in (1, 3, 30, 300)]
    meant = [Tagged(1, 1, "PER", pytest.approx((math.e + 1) / (math.e + 2), rel=1e-5))]
    assert tagger.tag([short]) == [meant]
    assert tagger.tag([others[0], short, *others[1:], short]) == [[], meant, [], [], [], meant]


@pytest.mark.parametrize(
    "inputs", [["input_ids"], ["attention_mask", "input_ids"], ["token_type_ids", "input_ids", "attention_mask"]]
)
@pytest.mark.parametrize("whole", [TensorProto.INT64, TensorProto.INT32])
def test_a_graph_is_given_what_it_asks_for(tmp_path, inputs, whole):
    model = write_model(tmp_path, BIO, WORDS, inputs=inputs, whole=whole)
    assert names(model, "قال محمد", "قال في باريس") == [[("محمد", "PER")], [("باريس", "LOC")]]


@pytest.mark.parametrize(("kind", "second_word"), [({"model_type": "bert"}, 2), ({"model_type": "xlm-roberta"}, 3)])
def test_a_graph_is_told_positions_as_its_kind_counts_them(tmp_path, kind, second_word):
    # [CLS] is at 0; XLM-R counts from the padding's id, which is 0 here, so it is at 1.
    model = write_model(
        tmp_path, BIO, {"قال": {"O": 5}}, at={second_word: "B-PERS"}, inputs=["input_ids", "position_ids"], config=kind
    )
    assert names(model, "قال قال قال") == [[("قال", "PER")]]
    assert load(str(model), threads=1).tag([Passage.of("body", "قال قال قال")])[0][0].first == 1


def test_a_setting_says_what_labels_mean(model):
    assert names(model, "قال محمد الاثنين", labels="PERS=-,DATE=MISC") == [[("الاثنين", "MISC")]]


def test_labels_that_are_left_out_are_logged_once(model, caplog):
    tagger = load(str(model), threads=1)
    tagger.tag([Passage.of("body", "الاثنين")] * 3)
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        f"Of the model {model} these labels are left out: DATE."
    ]


def test_a_setting_chooses_the_file(tmp_path):
    write_model(tmp_path, BIO, WORDS, graph="onnx/model.onnx")
    assert names(tmp_path, "محمد") == [[("محمد", "PER")]]
    write_model(tmp_path, BIO, WORDS | {"محمد": "B-GPE"}, graph="onnx/model_quantized.onnx")
    assert names(tmp_path, "محمد") == [[("محمد", "PER")]]
    assert names(tmp_path, "محمد", file="onnx/model_quantized.onnx") == [[("محمد", "LOC")]]


def test_a_passage_of_marks_and_endless_words_is_no_trouble(model):
    assert names(model, "—" * 50_000 + " محمد " + "ه" * 100_000) == [[("محمد", "PER")]]
