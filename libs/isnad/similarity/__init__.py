"""Near duplicates among texts: shingles, sketches, an index with a moving window, stories, evidence (pure)."""
