"""A log such as the chain may have, made by chance: reprints of every kind, edits, late records, takedowns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Literal

import msgspec
from tests.unit.isnad_dedup.articles import START, prepared

from isnad.codec import encode
from isnad.messages import PreparedArticle, RawPlace, Takedown

_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىأإآؤئ"
_MARKS = "\u064b\u064e\u064f\u0650\u0651\u0652\u0640"
_BAD = [b"no JSON", b"{}", b"\xff", b"", b'{"schema":1,"id":"a"}', prepared("other", "", schema=2)]


@dataclass(frozen=True)
class Arrived:
    """The value of a record, and how many days after the one before it was appended."""

    value: bytes
    days: float


@dataclass
class _Press:
    """What has been written so far, and who writes next."""

    chance: Random
    sentences: list[str] = field(default_factory=list)
    versions: dict[str, list[PreparedArticle]] = field(default_factory=dict)
    values: list[bytes] = field(default_factory=list)
    down: list[str] = field(default_factory=list)
    """Ids of which a takedown was not taken back yet."""
    sent: int = 0
    """Raw records so far."""

    def __post_init__(self) -> None:
        words = ["".join(self.chance.choices(_LETTERS, k=self.chance.randint(2, 8))) for _ in range(900)]
        self.sentences = [" ".join(self.chance.choices(words, k=self.chance.randint(6, 24))) for _ in range(3000)]

    def some(self, most: int = 8) -> list[str]:
        return self.chance.choices(self.sentences, k=self.chance.randint(1, most))

    def older(self) -> PreparedArticle:
        """Any article, mostly one of the last; at first there is none."""
        if not self.versions:
            return self.put(self.some())
        ids = list(self.versions)
        return self.chance.choice(self.versions[self.chance.choice(ids[-self.chance.choice([5, 40, len(ids)]) :])])

    def place(self) -> RawPlace:
        """Where the next raw record stands."""
        self.sent += 1
        return RawPlace(START + timedelta(minutes=self.sent // 3), 0, self.sent)

    def maybe_place(self) -> RawPlace | None:
        """The same, where it is told: an older version of isnad does not write it."""
        return self.place() if self.chance.random() < 0.7 else None

    def put(
        self,
        sentences: list[str],
        article_id: str | None = None,
        title: str | None = None,
        *,
        part: int = 0,
        parts: int = 0,
        raw: RawPlace | None = None,
    ) -> PreparedArticle:
        hours = timedelta(hours=self.chance.randint(-600, 600))
        article = msgspec.json.decode(
            prepared(
                article_id or f"article-{len(self.values)}",
                "\n".join(sentences),
                source=f"outlet-{self.chance.randint(1, 9)}",
                title=title or self.chance.choice(self.sentences[:4]),
                published_at=START + hours,
                arrived_at=START + hours,
                time_marks=self.chance.choice([(), (), (), ("missing",), ("future",), ("no_zone",)]),
                page_id=(article_id or "").partition("#")[0] if part else "",
                part=part,
                parts=parts,
                raw=raw or self.maybe_place(),
            ),
            type=PreparedArticle,
        )
        self.take(article)
        return article

    def take(self, article: PreparedArticle) -> None:
        self.versions.setdefault(article.id, []).append(article)
        self.values.append(encode(article))

    def report(self) -> None:
        self.put(self.some())

    def copy(self) -> None:
        """The same words, with marks and stretched letters here and there."""
        body = "".join(letter + self.chance.choice(["", "", "", _MARKS[0]]) for letter in self.older().body)
        self.put([body.replace("ا", "أ") if self.chance.random() < 0.5 else body])

    def cut(self) -> None:
        lines = self.older().body.split("\n")
        first = self.chance.randrange(len(lines))
        self.put(lines[first : first + self.chance.randint(1, len(lines))])

    def wrapped(self) -> None:
        self.put([*self.some(3), *self.older().body.split("\n"), *self.some(3)])

    def round_up(self) -> None:
        self.put([self.chance.choice(self.older().body.split("\n")) for _ in range(self.chance.randint(2, 5))])

    def formula(self) -> None:
        """The daily column, with its set phrases."""
        self.put([*self.sentences[4:7], *self.some(2)])

    def short(self) -> None:
        words = self.sentences[7].split() + self.sentences[8].split()
        self.put([" ".join(words[: self.chance.choice([0, 1, 4, 5, 12, 22])])], title=self.chance.choice(["", "عاجل"]))

    def edited(self) -> None:
        former = self.older()
        lines = former.body.split("\n")
        lines[self.chance.randrange(len(lines))] = self.chance.choice(self.sentences)
        self.put(
            self.chance.choice([lines, lines, self.some(), former.body.split("\n")]),
            former.id,
            part=former.part,
            parts=former.parts,
        )

    def taken_back(self) -> None:
        """An article's earlier text, as it was, or with the times of another feed."""
        edited = [versions for versions in self.versions.values() if len(versions) > 1]
        if not edited:
            return
        *_, former, _ = self.chance.choice(edited[-20:])
        moved = timedelta(hours=self.chance.choice([0, 5]))
        self.take(
            msgspec.structs.replace(
                former,
                published_at=former.published_at + moved,
                arrived_at=former.arrived_at + moved,
                raw=former.raw and self.place(),
            )
        )

    def page(self) -> None:
        """Several reports on one page; fed again it may have fewer, or others, or be one report."""
        pages = [one for one in self.versions if one.endswith("#1")]
        page_id = self.chance.choice(pages)[:-2] if pages and self.chance.random() < 0.5 else f"page-{len(self.values)}"
        count, raw = self.chance.randint(1, 3), self.maybe_place()
        parts = count if raw is not None and self.chance.random() < 0.9 else 0
        for part in range(1, count + 1):
            sentences = self.older().body.split("\n") if self.chance.random() < 0.4 else self.some(4)
            if count == 1:
                self.put(sentences, page_id, parts=parts, raw=raw)
            else:
                self.put(sentences, f"{page_id}#{part}", part=part, parts=parts, raw=raw)

    def fed_again(self) -> None:
        """The newest text once more, by a raw record of its own; of what was taken down more often."""
        versions = (
            self.versions.get(self.chance.choice(self.down)) if self.down and self.chance.random() < 0.6 else None
        )
        former = versions[-1] if versions else self.older()
        self.take(msgspec.structs.replace(former, raw=self.place()))

    def late(self) -> None:
        """An older text, from a worker that was suspended while others took the newer ones."""
        edited = [versions for versions in self.versions.values() if len(versions) > 1]
        if edited:
            self.values.append(encode(self.chance.choice(self.chance.choice(edited[-20:])[:-1])))

    def taken_down(self) -> None:
        """Any article, or all of its page, mostly a new one; now and then one that never was."""
        pages = [one[:-2] for one in self.versions if one.endswith("#1")][-5:]
        id_ = self.chance.choice([self.older().id, self.older().id, *pages[-1:], *pages[:1], "nobody's"])
        self.down.append(id_)
        self.instruct("takedown", id_)

    def restored(self) -> None:
        if self.down:
            id_ = self.down.pop(self.chance.randrange(len(self.down)))
            self.instruct("restore", id_)

    def instruct(self, kind: Literal["takedown", "restore"], id_: str) -> None:
        self.values.append(encode(Takedown(schema=1, kind=kind, id=id_, at=START, raw=self.place())))

    def delivered_again(self) -> None:
        if self.values:
            self.values.append(self.chance.choice(self.values[-self.chance.choice([1, 10, len(self.values)]) :]))

    def no_article(self) -> None:
        self.values.append(self.chance.choice(_BAD))


_KINDS: dict[Callable[[_Press], None], int] = {
    _Press.report: 22,
    _Press.copy: 12,
    _Press.cut: 10,
    _Press.wrapped: 8,
    _Press.round_up: 4,
    _Press.formula: 8,
    _Press.short: 6,
    _Press.edited: 15,
    _Press.taken_back: 6,
    _Press.delivered_again: 9,
    _Press.page: 9,
    _Press.fed_again: 10,
    _Press.late: 6,
    _Press.taken_down: 7,
    _Press.restored: 4,
    _Press.no_article: 4,
}
"""How often records come about in each way."""

_FLOOD = 900
"""As many of them in some part of the log, where more share the same phrases than an index counts."""

_DAYS = {0.0: 880, 0.2: 60, 1.0: 30, 4.0: 5, 9.0: 1, -0.7: 24}


def made_log(count: int, seed: int) -> list[Arrived]:
    """So many records; the same seed gives the same log."""
    press = _Press(Random(seed))
    while len(press.values) < count:
        floods = 0.7 < len(press.values) / count < 0.9
        weights = [_FLOOD if floods and kind is _Press.formula else weight for kind, weight in _KINDS.items()]
        (write,) = press.chance.choices(list(_KINDS), weights=weights)
        write(press)
    steps = press.chance.choices(list(_DAYS), weights=list(_DAYS.values()), k=count)
    return [Arrived(value, days) for value, days in zip(press.values[:count], steps, strict=True)]
