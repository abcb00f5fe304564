"""How many articles are answered in one pass, and how they lie in files, changes no verdict."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.isnad_dedup.articles import text

from isnad.similarity.window import Window
from isnad_dedup.offline import archives, from_files

BODIES = [
    "",
    text((0, 3)),
    text((0, 20)),
    text((0, 104)),
    text((0, 60)),
    text((40, 104)),
    text((0, 54), (300, 350)),
    text((300, 404)),
]
DAYS = ["2018-02-01", "2018-02-04", "2018-02-07", "2018-02-20"]

lines = st.builds(
    lambda key, title, body, day: json.dumps({"id": key, "title": title, "body": body, "appended_at": day}).encode(),
    st.sampled_from("abcdefgh"),
    st.sampled_from(["عنوان", "آخر"]),
    st.sampled_from(BODIES),
    st.sampled_from(DAYS),
)


LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def verdicts(parts: Sequence[Sequence[bytes]], batch_articles: int) -> bytes:
    """The output for files of these lines."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "work").mkdir()
        sources = [folder / f"{number}.jsonl" for number in range(len(parts))]
        for source, part in zip(sources, parts, strict=True):
            source.write_bytes(b"\n".join(part))
        with archives.verdicts(folder / "verdicts", "jsonl") as written:
            from_files.answer(
                sources,
                written,
                window=Window(days=6, articles=20),
                time_from="appended_at",
                latest=LATEST,
                folder=folder / "work",
                skip_bad=False,
                batch_articles=batch_articles,
            )
        return (folder / "verdicts").read_bytes()


@settings(max_examples=30, deadline=None)
@given(st.lists(lines, min_size=1, max_size=40), st.integers(0, 40), st.integers(2, 50))
def test_batches_and_files_change_no_verdict(articles: list[bytes], cut: int, batch_articles: int):
    one_by_one = verdicts([articles], 1)
    assert one_by_one.count(b"\n") == len(articles)
    assert verdicts([articles[:cut], articles[cut:]], batch_articles) == one_by_one
