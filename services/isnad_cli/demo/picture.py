"""What `isnad demo` shows, as a web page that needs nothing else: for the README, a report, a colleague."""

import io
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from rich.console import Console, RenderableType
from rich.terminal_theme import MONOKAI

COLUMNS = 96
"""Width of the page in characters."""

_POLICY = "POLICY"
_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="POLICY">
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
    page = console.export_html(theme=MONOKAI, code_format=_PAGE)
    file.write_text(page.replace(_POLICY, _policy(page), 1), encoding="utf-8")


def _policy(page: str) -> str:
    """Allow the page's own styles, known by their hash, and nothing else: no script, whatever an article holds."""
    styles = page.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(sha256(styles.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
