"""A model's folder as transformers reads it: its labels, its tokenizer, how much it takes at once.

The only module of the service that reads by transformers. It is given folders, never hub ids, and runs no model's code.
"""

import logging
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from isnad.errors import SetupError
from isnad_entities.pretrained.folder import looking

_VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model", "spiece.*", "sentencepiece.*")
_SAMPLE = ["في"]
_LIMITLESS = 1_000_000
"""A tokenizer that knows no longest input says 10^30."""

_COUNTS_FROM_PADDING = frozenset({
    "camembert", "data2vec-text", "ibert", "longformer", "luke", "mluke", "mpnet", "roberta", "roberta-prelayernorm",
    "xlm-roberta", "xlm-roberta-xl", "xmod",
})  # fmt: skip
"""Kinds of models whose first word has the position after the padding's id; as many positions are lost."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is to be known of a model beside its weights."""

    labels: tuple[str, ...]
    """In the order of its outputs."""
    tokenizer: Tokenizer
    prefix: tuple[int, ...]
    """Special sub-words before a text, such as [CLS]."""
    suffix: tuple[int, ...]
    padding: int
    """The id of the sub-word that fills up."""
    first_position: int
    most: int | None
    """The longest input in sub-words, special ones included; None if nothing limits it."""


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read a folder in Hugging Face layout.

    Raises:
        SetupError: it holds no model for token classification, or no tokenizer that goes with it and is a quick one.
    """
    with looking(folder):
        described = (folder / "config.json").is_file()
    if not described:
        raise SetupError(f"{folder} holds no model: config.json is missing. Name one as save_pretrained writes it.")
    _quieten()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        config = _config(folder)
        tokenizer = _tokenizer(folder)
    backend = tokenizer.backend_tokenizer
    backend.no_truncation()
    backend.no_padding()
    _check_ids(folder, backend, getattr(config, "vocab_size", None))
    sample = backend.encode(_SAMPLE, is_pretokenized=True, add_special_tokens=True)
    mask = sample.special_tokens_mask
    inside = [place for place, special in enumerate(mask) if not special]
    padding = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else 0
    first = padding + 1 if config.model_type in _COUNTS_FROM_PADDING else 0
    return Checkpoint(
        labels=tuple(config.id2label[number] for number in range(len(config.id2label))),
        tokenizer=backend,
        prefix=tuple(sample.ids[: inside[0]]),
        suffix=tuple(sample.ids[inside[-1] + 1 :]),
        padding=padding,
        first_position=first,
        most=_most(config, tokenizer, first),
    )


def _config(folder: Path) -> Any:  # noqa: ANN401  each kind of model has a class of its own
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as exc:  # transformers and what it calls raise anything at all for a file that they don't like
        raise SetupError(f"{folder / 'config.json'} can't be read by transformers: {_first_line(exc)}") from exc
    kinds = config.architectures or []
    if kinds and not any(kind.endswith("ForTokenClassification") for kind in kinds):
        raise SetupError(
            f"{folder} is no token classifier but {', '.join(kinds)}. "
            f"Name a model that was trained to tag words (…ForTokenClassification)."
        )
    if sorted(config.id2label or {}) != list(range(len(config.id2label or {}))):
        raise SetupError(f"{folder / 'config.json'} has no complete list of labels (id2label).")
    return config


def _tokenizer(folder: Path) -> Any:  # noqa: ANN401  as above
    from transformers import AutoTokenizer

    if not any(any(folder.glob(name)) for name in _VOCABULARIES):
        raise SetupError(f"{folder} holds no tokenizer. Copy the model's tokenizer.json there.")
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **options)
        if tokenizer.is_fast and "ByteLevel(" in repr(tokenizer.backend_tokenizer.pre_tokenizer):
            # Such a tokenizer knows the beginning of a word by the blank before it, also where it gets words.
            tokenizer = AutoTokenizer.from_pretrained(folder, add_prefix_space=True, **options)
    except Exception as exc:  # tokenizers raises a plain Exception, transformers anything at all
        raise SetupError(f"The tokenizer in {folder} can't be read: {_first_line(exc)}") from exc
    if not tokenizer.is_fast:
        raise SetupError(
            f"The tokenizer in {folder} is one of the slow ones in Python ({type(tokenizer).__name__}), which don't "
            f"say what word a sub-word is of. Choose a model that has a tokenizer.json."
        )
    return tokenizer


def _check_ids(folder: Path, tokenizer: Tokenizer, known: int | None) -> None:
    largest = max(tokenizer.get_vocab(with_added_tokens=True).values(), default=-1)
    if largest < 0 or (known is not None and largest >= known):
        raise SetupError(
            f"The tokenizer in {folder} has ids up to {largest}, the model knows {known}: they are not of the same "
            f"model. Copy the model's own tokenizer there."
        )


def _most(config: Any, tokenizer: Any, first_position: int) -> int | None:  # noqa: ANN401  as above
    positions = getattr(config, "max_position_embeddings", None)
    limits = [tokenizer.model_max_length if tokenizer.model_max_length < _LIMITLESS else None]
    # Relative positions say -1 or nothing.
    limits.append(positions - first_position if isinstance(positions, int) and positions > first_position else None)
    return min((limit for limit in limits if limit), default=None)


def _first_line(exc: Exception) -> str:
    return (str(exc).strip() or type(exc).__name__).splitlines()[0]


def _quieten() -> None:
    """Keep transformers from saying that there is no torch, which is as it should be."""
    logging.getLogger("transformers").addFilter(_is_of_use)


def _is_of_use(record: logging.LogRecord) -> bool:
    return "PyTorch was not found" not in record.getMessage()
