"""People, places, organisations and wire credits in an article: `articles.matched` to `articles.enriched`.

A first version, and honest about it: lists and rules, no statistics. A name is found because it is on a list
(`data/*.tsv`, each line with its source), because the words before it say what follows («المتحدث باسم … فلان»,
«بلدة كذا»), or because the article has named it in full elsewhere. What is on no list and stands without such words is
not found: on mixed texts most of what it says is right, and a good part of what there is to say is left unsaid. How
much, against a corpus of tagged words: `python -m isnad_entities.measure CORPUS`.
"""
