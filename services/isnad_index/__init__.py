"""Makes articles and stories searchable: `articles.enriched` and `stories.changes` to Elasticsearch."""
