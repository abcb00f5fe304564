"""People, places, organisations and wire credits in an article: `articles.matched` to `articles.enriched`.

A tagger (`tagging`) says which words of a sentence name something; lists and rules add what they know (`joining`), and
make one entity of its spellings and short forms (`names`). Wire credits are rules alone (`wires`). What is on no list,
stands in no telling sentence and was never in the news that the taggers learnt from, may be missed. How much that is:
`isnad bench entities --tagged CORPUS`.
"""
