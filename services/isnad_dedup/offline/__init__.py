"""`isnad dedup`: the same answers for files, without Kafka."""
