"""Sketches: the part of an article's shingles by which it can be found (pure).

A sketch is a FracMinHash: all hashes that are 0 modulo a scale (Hera, Pierce-Ward, Koslicki 2023, "Deriving confidence
intervals for mutation rates across a wide range of evolutionary distances using FracMinHash"; Broder's "mod m" sketch).
Other than a MinHash of fixed size it also estimates containment, which finds a report that was cut to three paragraphs.

The scale follows the size of the text: a short text is kept whole, so that it is always found, a long one by every
fourth shingle. Whether a hash belongs to a sketch depends on the hash and the scale alone, never on other texts.
"""

import numpy as np
from numpy.typing import NDArray

from isnad.similarity.shingles import Hashes

LARGEST_SCALE = 4
"""A text of many shingles is looked up by one in so many of them."""

LEAST_SKETCH = 128
"""A sketch is made thinner only as long as about so many hashes stay.

Two texts with k shared shingles are missed when none of these is in the sketch: with a chance of (1 - 1/scale)^k. That
matters only where a text of a few lines comes after a long one that holds half of it: k = 20 gives 0.3 % at scale 4."""


def scales(sizes: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the scale (1, 2 or 4) of texts with so many distinct shingles."""
    result = np.ones_like(sizes)
    scale = 2
    while scale <= LARGEST_SCALE:
        result[sizes >= scale * LEAST_SKETCH] = scale
        scale *= 2
    return result


def sketch(hashes: Hashes) -> Hashes:
    """Return the sketch of a text, given its distinct hashes."""
    scale = int(scales(np.array([hashes.size], np.int32))[0])
    return hashes if scale == 1 else hashes[hashes & np.uint64(scale - 1) == 0]
