"""What a searched word is without the conjunction and preposition that may stand before it (pure).

«بسوريا» is «in Syria», and whoever pastes it from a headline wants what there is about Syria; «بطاقة» is a card and
never «with energy». The letters do not tell the two apart, but the article does: it never follows its preposition's
word from outside, so a word that is also written with the article (البطاقة) begins with a letter of its own. The words
below are those of the ANT Corpus (Chouigui et al. 2017, 2021) that stand there with the article and of which, without
their first letter, another frequent word would be left.
"""

import re

from isnad.text.words import words

_LETTERS_LEFT = 4
"""With fewer letters left the first one mostly belongs to the word: كتاب, كلام, بلدي, فكرة."""

_OWN_LETTER = (
    "باخر بادي بارد بارز بايس بحار بحر بحير بداي بدني بديل برقي برود بضايع بطار بطاري بطاق بطال بطول بعيد بقاي بلدي "
    "بليغ بناي بواب فاخر فارق فاسد فاصل فاعل فاعلي فايد فخام فرضي فرعي فريد فعال فعالي فعلي فلكي فوايد كارث كامل كامير "
    "كبير كرام كروي كريم كفال كفاي كفيل كمي كندي كنيس كواكب لاجي لاعب لايح لبنان لحظ لدي لطيف لوايح ليلي"
)
_ENDING = "ا|ه|ي|يا|يه|ات|ان|ون|ين|يون|يين|نا|ها|هم|ته|تها|تهم"
_KEEPS = re.compile(rf"(?:{'|'.join(_OWN_LETTER.split())})(?:{_ENDING})?")
_CONJUNCTION = re.compile(rf"[وف](.{{{_LETTERS_LEFT},}})")
_PREPOSITION = re.compile(rf"[بلك](.{{{_LETTERS_LEFT},}})")


def bare(word: str) -> list[str]:
    """Return what the word may be without و or ف, and without ب, ل or ك after it; folded, and not the word itself.

    و alone is not looked for: the index takes it off by itself.
    """
    folded = "".join(words(word))
    readings = [folded]
    if (conjunction := _CONJUNCTION.fullmatch(folded)) and not _KEEPS.fullmatch(folded):
        readings.append(conjunction[1])
    found = [reading for reading in readings[1:] if folded[0] != "و"]
    for reading in readings:
        preposition = _PREPOSITION.fullmatch(reading)
        if preposition and not _KEEPS.fullmatch(reading):
            found.append(preposition[1])
    return found
