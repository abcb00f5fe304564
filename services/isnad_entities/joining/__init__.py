"""What a tagger found, joined with what is listed: which entity is meant."""
