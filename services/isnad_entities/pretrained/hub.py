"""Fetches a model from the Hugging Face hub, into its ordinary cache.

The only module of the service that imports huggingface_hub. It takes only what is asked for, and never code. HF_HOME,
HF_TOKEN, HF_ENDPOINT and HF_HUB_OFFLINE mean what they mean to huggingface_hub.
"""

from collections.abc import Sequence
from pathlib import Path

from isnad.errors import SetupError

_DESCRIPTIONS = (
    "config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "vocab.txt", "vocab.json", "merges.txt", "spiece.model", "spm.model", "sentencepiece.bpe.model", "tokenizer.model",
)  # fmt: skip


def fetched(model: str, revision: str | None, weights: Sequence[str]) -> Path:
    """Return the folder in the cache that holds a model, fetched if it is not there or has changed.

    Args:
        model: its id, as `organisation/name`.
        revision: a branch, a tag or a commit; None is the main branch.
        weights: the files to take beside configuration and tokenizer, those that there are.

    Raises:
        SetupError: there is no such model or it is closed to us, or the hub can't be reached and the cache lacks it.
    """
    from huggingface_hub import constants, errors, snapshot_download

    try:
        return Path(snapshot_download(model, revision=revision, allow_patterns=[*_DESCRIPTIONS, *weights]))
    except errors.HFValidationError as exc:
        raise SetupError(
            f"There is no folder {model!r}, and it is no id of the hub either. Name a model's folder, or its id as "
            f"organisation/name."
        ) from exc
    except errors.GatedRepoError as exc:
        raise SetupError(
            f"The hub gives {model} only to those who have agreed to its terms. Agree on its page, then set HF_TOKEN."
        ) from exc
    except errors.RevisionNotFoundError as exc:
        raise SetupError(
            f"{model} has no revision {revision} on the hub. Correct ISNAD_ENTITIES_MODEL_REVISION or unset it."
        ) from exc
    except errors.RepositoryNotFoundError as exc:
        raise SetupError(
            f"There is no folder {model!r} and no such model on the hub, or it is private. Correct "
            f"ISNAD_ENTITIES_MODEL, or set HF_TOKEN."
        ) from exc
    except (errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled) as exc:
        why = "HF_HUB_OFFLINE is set" if constants.HF_HUB_OFFLINE else "the hub can't be reached"
        raise SetupError(
            f"There is no folder {model!r}, the cache of the hub lacks such a model, and {why}. Fetch it where there "
            f"is a network, or name a folder."
        ) from exc
    except OSError as exc:  # what the hub answers, a network that breaks off, a full disk
        reason = (str(exc).strip() or type(exc).__name__).splitlines()[0]
        raise SetupError(f"{model} can't be fetched from the hub: {reason}. Try again, or name a folder.") from exc
