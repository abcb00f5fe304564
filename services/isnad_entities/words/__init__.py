"""A text as words with offsets, and what an Arabic word is made of."""
