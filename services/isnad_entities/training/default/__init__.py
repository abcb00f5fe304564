"""Trains the tagger that ships (`isnad_entities.tagging.neural`): needs PyTorch and ONNX, which no service does.

The stages, each of which leaves a file in the work folder and is not done again where that is there:

1. `text`, `words`: news and corpora are read into arrays, the words' parts looked up.
2. `pretraining`: a language model learns from news which word stands between its neighbours.
3. `fitting`: on top of it a tagger learns from the tagged corpus: the teacher.
4. `distilling`: it learns from news what it and the tables of the fast profile say of it together, then from the
   corpus again.
5. `exporting`, `graph`: it becomes whole numbers and an ONNX graph, in the folder that `tagging.neural` reads.
"""
