"""The tagger that ships: a small network over words, their letters, lists and what stands around them.

`spellings` reads a passage into words and the marks between them, `facts` and `listed` say what the lists know of them,
`rows` turns a word into numbers, `pieces` cuts long passages, `network` runs the graph and `tagger` is
all of it together. `folder` reads a trained model from disk.
"""
