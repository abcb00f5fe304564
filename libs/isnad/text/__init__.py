"""Arabic as it is really written: one spelling per word, words with the way back to the text, cleaning and splitting of pages (pure)."""
