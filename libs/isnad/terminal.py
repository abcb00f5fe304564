"""Foreign text on a terminal (pure)."""


def escaped(value: object) -> str:
    r"""Return text on one line that can't move the cursor, colour the terminal or turn the line around.

    What is not printable is written as Python writes it, `\x1b`, so that it can be seen; bytes are read as UTF-8.
    """
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
