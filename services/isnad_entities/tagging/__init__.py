"""Taggers: which words of a passage name something, and how sure that is.

Whatever finds the spans keeps to one protocol (`tagger.Tagger`); lists, clitics, short forms and canonical names come
after it.
"""
