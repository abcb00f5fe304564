"""People, places, organisations and wire credits in an article: `articles.matched` to `articles.enriched`.

A first version, and honest about it: lists and rules, no statistics. A name is found because it is on a list
(`data/*.tsv`, each line with its source), because the words before it say what follows («المتحدث باسم … فلان»,
«بلدة كذا»), or because the article has named it in full elsewhere.
"""
