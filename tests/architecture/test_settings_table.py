"""The table of all settings in docs/operations.md says what the settings classes say."""

from dataclasses import fields, is_dataclass
from pathlib import Path

from isnad.secret import Secret
from isnad.settings import PREFIX, ServiceSettings
from isnad_api.settings import ApiSettings
from isnad_dedup.settings import DedupSettings
from isnad_entities.settings import EntitiesSettings
from isnad_index.settings import IndexSettings
from isnad_prepare.settings import PrepareSettings

SERVICES: dict[str, ServiceSettings] = {
    "prepare": PrepareSettings(),
    "dedup": DedupSettings(),
    "entities": EntitiesSettings(),
    "index": IndexSettings(),
    "api": ApiSettings(),
}
STAGES = ("prepare", "dedup", "entities", "index")


def default(value: object) -> str:
    """Return a default as the table writes it: empty for none, whole seconds without a fraction."""
    if isinstance(value, Secret):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def variables(settings: ServiceSettings) -> dict[str, str]:
    """Return the variables that fill a service's settings, each with its default."""
    found = {}
    for one in fields(settings):
        name, value = PREFIX + one.name.upper(), getattr(settings, one.name)
        if is_dataclass(value) and not isinstance(value, Secret | type):
            first, *others = fields(value)
            found[name] = default(getattr(value, first.name))
            found |= {f"{name}_{other.name.upper()}": default(getattr(value, other.name)) for other in others}
        else:
            found[name] = default(value)
    return found


def documented() -> list[tuple[str, str, str]]:
    """Return name, default and readers of each row."""
    section = Path("docs/operations.md").read_text().partition("## All settings")[2].partition("\n## ")[0]
    rows = [line.split("|")[1:4] for line in section.splitlines() if line.startswith("| `ISNAD_")]
    return [(name.strip().strip("`"), value.strip().strip("`"), who.strip()) for name, value, who in rows]


def test_the_table_has_every_setting_with_its_default_and_its_readers_and_no_other() -> None:
    said = [
        (service, name, value)
        for name, value, who in documented()
        for service in {"all": tuple(SERVICES), "stages": STAGES}.get(who, tuple(who.split(", ")))
    ]
    are = [(service, name, value) for service, told in SERVICES.items() for name, value in variables(told).items()]
    assert sorted(said) == sorted(are)
