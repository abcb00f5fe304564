"""Taggers: which words of a passage name something, and how sure that is.

Whatever finds the spans keeps to one protocol (`tagger.Tagger`); lists, clitics, short forms and canonical names come
after it (`isnad_entities.joining`). `choosing` takes the one that a setting names: `neural` is the default, `fast` the
quick one, `isnad_entities.pretrained` runs any transformers model.

What taggers of our own share: `labels` (BIO as numbers), `lattice` (a CRF over emissions, whatever makes them: best
path, marginals, the probability of each name), `calibration` (from what a model believes to how often it is right).
Both are trained by `isnad_entities.training`.
"""
