"""The tagger that ISNAD_ENTITIES_MODEL names.

Each is imported only when it is the one: they need different packages.
"""

from isnad_entities.settings import EntitiesModel
from isnad_entities.tagging.tagger import Tagger

DEFAULT = "default"
FAST = "fast"


def chosen(model: EntitiesModel) -> Tagger:
    """Load the tagger that a setting names: the one that ships, the quick one, or a transformers model.

    Raises:
        SetupError: it can't be used; the text says what to do.
    """
    if model.name in ("", DEFAULT):
        from isnad_entities.tagging.neural.tagger import load_default

        return load_default()
    if model.name == FAST:
        from isnad_entities.tagging.fast.tagger import fast_tagger

        return fast_tagger()
    from isnad_entities.pretrained import load

    return load(
        model.name,
        revision=model.revision,
        file=model.file,
        labels=model.labels,
        device=model.device,
        threads=model.threads,
    )
