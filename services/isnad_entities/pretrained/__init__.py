"""Any transformers token-classification model as a tagger, by one setting (ISNAD_ENTITIES_MODEL).

How a passage travels: `pieces.py` (words and marks) → `subwords.py` (the model's tokenizer) → `windows.py` (what fits
the model, cut at sentences) → `batches.py` (windows of like length) → `graph.py` (ONNX Runtime) → `spans.py` (labels
to names). `folder.py` finds the model's files, `hub.py` fetches them, `checkpoint.py` reads them and `labels.py` says
what its labels are to us. No torch: `export.py` makes the ONNX file where torch is installed.
"""

from isnad_entities.pretrained.loading import load

__all__ = ["load"]
