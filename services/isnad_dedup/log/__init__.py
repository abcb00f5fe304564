"""Dedup's place in the ordered log, what was answered there, and how that survives a restart."""
