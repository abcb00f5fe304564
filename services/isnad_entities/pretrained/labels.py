"""A model's labels read as ours: BIO, IOB1, BIOES, BILOU, without prefixes (pure but for reading the table)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from isnad.errors import SetupError
from isnad.messages import EntityType
from isnad_entities.lists.files import table

TYPES: tuple[EntityType, ...] = get_args(EntityType)

_OUTSIDE = frozenset({"O", "", "NONE", "OUTSIDE", "OTHER", "X", "PAD", "[PAD]", "[CLS]", "[SEP]", "<PAD>", "<UNK>"})
_PREFIXED = re.compile(r"([BIESLUM])[-_ ](.+)")
_SUFFIXED = re.compile(r"(.+)[-_ ]([BIESLUM])")
_BEGINS = frozenset("BSU")
_ENDS = frozenset("ESLU")

NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Labels:
    """What each of a model's labels is to us, as arrays that are indexed by the label."""

    kinds: NDArray[np.int64]
    """0 is no name of ours, n is `TYPES[n - 1]`."""
    begins: NDArray[np.bool_]
    """A name begins here, whatever stands before: B, S and U."""
    ends: NDArray[np.bool_]
    """A name ends here: E, L, S and U."""
    prefixed: bool
    """Whether any label says where in a name it stands."""
    dropped: tuple[str, ...]
    """The types of the model that are none of ours."""


def read_labels(labels: Sequence[str], overrides: Mapping[str, str]) -> Labels:
    """Read a model's labels.

    Args:
        labels: in the order of the model's outputs.
        overrides: what the table says otherwise: a type of the model to one of ours or to `-`.

    Raises:
        SetupError: none of them is one of ours; the text shows the table.
    """
    known = {row["label"]: row["type"] for row in table("labels")} | dict(overrides)
    parted = [_parted(label) for label in labels]
    types = [known.get(type_, NOTHING) for _, type_ in parted]
    if not any(type_ in TYPES for type_ in types):
        raise SetupError(_nothing_known([type_ for _, type_ in parted if type_ not in _OUTSIDE], known))
    return Labels(
        kinds=np.array([TYPES.index(type_) + 1 if type_ in TYPES else 0 for type_ in types]),
        begins=np.array([prefix in _BEGINS for prefix, _ in parted]),
        ends=np.array([prefix in _ENDS for prefix, _ in parted]),
        prefixed=any(prefix for prefix, _ in parted),
        dropped=tuple(
            sorted({own for (_, own), type_ in zip(parted, types, strict=True) if type_ == NOTHING} - _OUTSIDE)
        ),
    )


def read_overrides(written: str) -> dict[str, str]:
    """Read `NORP=MISC,EVENT=-`: a model's types and what they are to us.

    Raises:
        ValueError: it is not written like that; the text is a sentence for the user.
    """
    found = {}
    for pair in filter(None, (part.strip() for part in written.split(","))):
        theirs, _, ours = (part.strip() for part in pair.partition("="))
        if not theirs or ours not in (*TYPES, NOTHING):
            raise ValueError(f"{pair!r} is not THEIRS=OURS with one of {', '.join(TYPES)} or - for none")
        found[_key(theirs)] = ours
    return found


def _parted(label: str) -> tuple[str, str]:
    """The prefix, empty where there is none, and the type as the table writes it."""
    upper = label.strip().upper()
    if match := _PREFIXED.fullmatch(upper):
        return match[1], _key(match[2])
    if match := _SUFFIXED.fullmatch(upper):
        return match[2], _key(match[1])
    return "", _key(upper)


def _key(type_: str) -> str:
    return re.sub(r"[_ ]+", "-", type_.strip().upper())


def _nothing_known(types: Sequence[str], known: Mapping[str, str]) -> str:
    ours = "; ".join(
        f"{type_}: {', '.join(theirs for theirs, to in known.items() if to == type_)}" for type_ in (*TYPES, NOTHING)
    )
    return (
        f"None of the model's labels is known ({', '.join(sorted(set(types))) or 'it has none'}). "
        f"Say what they are, as ISNAD_ENTITIES_MODEL_LABELS=THEIRS=PER,OTHERS=LOC, or choose another model. "
        f"Known are {ours}"
    )
