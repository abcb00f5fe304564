"""Names by lists and rules alone, without a model."""
