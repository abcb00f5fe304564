"""Which articles are the same report: `articles.prepared` to `articles.matched` and `stories.changes`."""
