"""Trains the tagger that ships (`isnad_entities.tagging.neural`): needs PyTorch and ONNX, which no service does.

The stages, each of which leaves a file in the work folder and is not done again where that is there:

1. `text`, `words`: news and corpora are read into arrays, the words' parts looked up.
2. `pretraining`: a language model learns from news which word stands between its neighbours.
3. `fitting`: on top of it several taggers learn from the tagged corpus, from different seeds: the teachers.
4. `distilling`: one tagger learns from news what the teachers say of it together, then from the tagged corpus.
5. `exporting`: it becomes whole numbers and an ONNX graph, in the folder that `isnad_entities.tagging.neural` reads.
"""
