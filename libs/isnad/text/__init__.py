"""Arabic as it is really written: one spelling per word, with the way back; pages cleaned and split (pure)."""
