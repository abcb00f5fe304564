"""The `fast` tagger: a linear-chain CRF whose every weight is found by table look-up.

How a passage travels: `tables.py` (each word a number, by a dictionary; what is known of a word type, its evidence and
the sum of its weights for itself and for its neighbours, is worked out once) → `listed.py` (listed names in the row of
numbers, by a trie) → `surroundings.py` (gaps, titles before, and all of it as columns of numbers) → emissions, the sum
of looked-up rows → `lattice` (best path and probabilities) → `calibration` → names. `evidence.py` says what is looked
at in a word, `classes.py` what unlabelled news knows of it, `model_file.py` how all of it is kept.
"""
