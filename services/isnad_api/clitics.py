"""What a searched word is without the conjunction and preposition that may stand before it (pure).

«بسوريا» is «in Syria», and whoever pastes it from a headline wants what there is about Syria; «بطاقة» is a card and
never «with energy». The letters do not tell the two apart, but the article does: it never stands before a preposition,
so a word that is also written with the article (البطاقة) begins with a letter of its own. Below are the words of the
ANT Corpus (Chouigui et al. 2017, 2021) that stand there with the article, or of which the adjective does (كوريا,
الكورية), and that without their first letter would be taken for another word of it.
"""

import re

from isnad.text.words import words

_LETTERS_LEFT = 4
"""With fewer letters left the first one mostly belongs to the word: كتاب, كلام, بلدي, فكرة."""

_OWN_LETTER = (
    "باخر بادي بارد بارز بايس بحار بحر بحرين بحير بداي بدني بديل برقي برميل برود بريطان بريطاني بضايع بطار بطاري بطاق "
    "بطال بطول بعيد بقاي بلاغ بلدي بليغ بناي بواب بوتين بورما بيان فاخر فارق فاسد فاصل فاعل فاعلي فايد فايض فخام فرضي "
    "فرعي فرنس فرنسي فريد فساد فعال فعالي فعلي فلاحي فلبيني فلسطين فلسطيني فلكي فنان فوايد فوري كارث كافي كامل كامير "
    "كبير كتاب كتايب كرام كروي كريم كفاء كفال كفاي كفيل كلام كمي كندي كنيس كواكب كوري كوميدي كيفي كيني لاجي لاحق لاعب "
    "لايح لبنان لحظ لدي لسان لطيف لقاء لقط لوايح لوح ليبي ليلي"
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
