"""`isnad demo`: the whole chain on the seed articles, from files to a search."""
