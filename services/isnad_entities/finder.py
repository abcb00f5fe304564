"""The finder of names that ISNAD_ENTITIES_MODEL asks for: its tagger, joined with the lists."""

from functools import cache

from isnad_entities.lists.lexicon import lexicon
from isnad_entities.lists.vocabulary import vocabulary
from isnad_entities.names import Names
from isnad_entities.settings import EntitiesModel
from isnad_entities.tagging.choosing import chosen


@cache
def finder(model: EntitiesModel) -> Names:
    """Return the finder over the data files with the tagger that a setting names, read once.

    Raises:
        SetupError: the tagger can't be used; the text says what to do.
    """
    return Names(lexicon(), vocabulary(), chosen(model))
