"""`isnad dead`: what could not be processed, and what a person decides about it."""
