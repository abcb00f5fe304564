"""`isnad bench`: how quickly the dedup works and what it finds, beside other libraries and exact truth."""
