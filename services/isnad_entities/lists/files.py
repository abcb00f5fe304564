"""Reads the data files of the package: tables with a header line, and sections of words (pure but for reading)."""

from collections.abc import Iterator
from importlib.resources import files

from isnad.text.words import words


def table(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of `data/<name>.tsv` by the names in its header; lines that begin with # are comments."""
    header: list[str] | None = None
    for line in _lines(f"{name}.tsv"):
        cells = line.split("\t")
        if header is None:
            header = cells
        else:
            yield dict(zip(header, cells, strict=True))


def spellings(cell: str) -> list[str]:
    """Return what a cell lists, divided by |."""
    return [part for part in cell.split("|") if part]


def sections(name: str) -> dict[str, frozenset[str]]:
    """Return the normalised words of `data/<name>.txt` by the [section] they stand in."""
    found: dict[str, set[str]] = {}
    section = ""
    for line in _lines(f"{name}.txt"):
        if line.startswith("["):
            section = line.strip("[] ")
            found.setdefault(section, set())
        else:
            found[section].update(words(line))
    return {section: frozenset(held) for section, held in found.items()}


def written_words(name: str, section: str) -> dict[str, str]:
    """Return the words of one section as they are written there, by their normalised form."""
    found: dict[str, str] = {}
    current = ""
    for line in _lines(f"{name}.txt"):
        if line.startswith("["):
            current = line.strip("[] ")
        elif current == section:
            for written in line.split():
                found.setdefault("".join(words(written)), written)
    return found


def _lines(name: str) -> Iterator[str]:
    text = (files("isnad_entities") / "data" / name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))
