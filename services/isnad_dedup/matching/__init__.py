"""What dedup answers: the verdict of each article, as a function of the ordered log alone (pure)."""
