"""From a raw page to clean articles: `articles.raw` to `articles.prepared`."""
