"""People, places, organisations and wire credits: `articles.matched` to `articles.enriched`."""
