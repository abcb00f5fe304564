"""Which news agencies an article names, and whether as its own source."""
