"""A name found in a passage, before it is written out as a mention (pure)."""

from dataclasses import dataclass

from isnad.messages import EntityType
from isnad_entities.lists.lexicon import Entity, Match
from isnad_entities.words.clitics import holds_article, offset_after, without_clitics
from isnad_entities.words.passage import Passage


@dataclass(frozen=True, slots=True)
class Found:
    """Words `first` to `last` of a passage, without `cut` letters at the start, name `entity`."""

    passage: Passage
    first: int
    last: int
    cut: int
    entity: Entity
    listed: bool = False
    """The entity is on a list; otherwise its canonical name is the one written here."""

    silent: bool = False
    """The words name nothing; they are only to be passed over."""

    minor: bool = False
    """A town that only GeoNames has, named by a single word."""

    score: float = 1.0
    """The probability that the words are a name of this type."""

    typed: bool = False
    """A tagger has read the sentence and says the type; otherwise the article may say another."""

    @classmethod
    def of(cls, passage: Passage, match: Match, score: float = 1.0) -> "Found":
        """A listed name as it was matched."""
        minor = match.pattern.minor and match.length == 1
        silent = match.pattern.silent
        return cls(
            passage,
            match.first + match.pattern.titles,
            match.last,
            0 if match.pattern.titles else match.cut,
            match.entity,
            listed=True,
            silent=silent,
            minor=minor,
            score=score,
        )

    @property
    def type(self) -> EntityType:
        """Kind of entity."""
        return self.entity.type

    @property
    def places(self) -> range:
        """The words."""
        return range(self.first, self.last + 1)

    @property
    def span(self) -> tuple[int, int] | None:
        """Start and end in the passage's text; None where the cut falls inside a character."""
        passage = self.passage
        start = passage.starts[self.first]
        if self.cut:
            after = offset_after(passage.text, start, passage.ends[self.first], self.cut)
            if after is None:
                return None
            start = after
        return start, passage.ends[self.last]

    def moved(self, passage: Passage, words: int) -> "Found":
        """The same name so many words later, in another passage."""
        # As `dataclasses.replace`, in a fifth of the time.
        return Found(
            passage,
            self.first + words,
            self.last + words,
            self.cut,
            self.entity,
            listed=self.listed,
            silent=self.silent,
            minor=self.minor,
            score=self.score,
            typed=self.typed,
        )

    def words(self) -> tuple[str, ...]:
        """The normalised words, the clitics of the first taken off, the article that «لل» holds put back."""
        words = self.passage.words
        return (without_clitics(words[self.first], self.cut), *words[self.first + 1 : self.last + 1])


def written_without(passage: Passage, first: int, last: int, cut: int) -> str:
    """Return the words as they are written without so many letters of the first: «الرقة» for «للرقة»."""
    span = Found(passage, first, last, cut, _NOTHING).span
    if span is None:
        return passage.written(first, last)
    article = "ال" if holds_article(passage.word(first), cut) else ""
    return article + passage.text[span[0] : span[1]]


_NOTHING = Entity("MISC", "")
