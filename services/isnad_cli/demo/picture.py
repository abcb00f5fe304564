"""What `isnad demo` shows, as a web page that needs nothing else: for the README, a report, a colleague."""

import io
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console, RenderableType
from rich.terminal_theme import MONOKAI

COLUMNS = 96
"""Width of the page in characters."""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>isnad demo</title>
<style>
{stylesheet}
body {{ margin: 0; color: {foreground}; background: {background}; }}
pre {{ margin: 0; padding: 24px 32px; font: 15px/1.5 "DejaVu Sans Mono", "Noto Sans Arabic", monospace; }}
</style>
<pre>{code}</pre>
</html>
"""


def write(file: Path, shown: Iterable[RenderableType]) -> None:
    """Write the page.

    Raises:
        OSError: the file can't be written.
    """
    console = Console(record=True, file=io.StringIO(), width=COLUMNS, force_terminal=True, color_system="truecolor")
    file.parent.mkdir(parents=True, exist_ok=True)
    for part in shown:
        console.print(part)
    file.write_text(console.export_html(theme=MONOKAI, code_format=_PAGE), encoding="utf-8")
