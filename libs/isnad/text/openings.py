"""How paragraphs begin: with news, or going on from the one before (pure)."""

from collections.abc import Sequence

from isnad.text.words import words

_PHRASES = frozenset(
    tuple(words(phrase))
    for phrase in """
    من جهته، من جهتها، من جهتهم، من جهة أخرى، من جهة ثانية، من جانبه، من جانبها، من جانبهم، من جانب آخر،
    من ناحيته، من ناحيتها، من ناحية أخرى، من ناحية ثانية، بدوره، بدورها، بدورهم، بالمقابل، في المقابل،
    في غضون ذلك، في السياق، في سياق، في هذا السياق، في السياق ذاته، في السياق نفسه، في الوقت نفسه،
    في الوقت ذاته، في الأثناء، في هذه الأثناء، في موازاة، بموازاة، بالتوازي، بالتزامن، في هذا الصدد،
    في هذا الإطار، في هذا الشأن، في هذه الغضون، إلى ذلك، إلى جانب ذلك، على صعيد، على الصعيد، على صعيد آخر،
    كما، كذلك، أيضا، يذكر أن، يذكر، يشار إلى، يشار، تجدر الإشارة، جدير بالذكر، الجدير بالذكر، هذا و، علما أن،
    لكن، لكنه، لكنها، غير أن، إلا أن، بيد أن، في حين، بينما، فيما، أما، ثم، بعد ذلك، قبل ذلك، عندها، عندئذ،
    أضاف، أضافت، أضافوا، تابع، تابعت، أردف، أردفت، استطرد، استطردت، ختم، ختمت، لذلك، لذا، بالتالي، من هنا،
    نتيجة لذلك، على الرغم من ذلك، رغم ذلك، مع ذلك، بذلك
    """.replace("\n", " ").split("،")
)
_LONGEST = max(map(len, _PHRASES))

_OWN_WAW = frozenset(
    words(
        """
        واشنطن وارسو وزير وزيرة وزراء وزارة وزارتا وزيرا وكالة وكالات وكيل وفد وفود وفاة وفيات وحدة وحدات
        وثيقة وثائق وسط وسائل وسيط وقع وقعت وقف وصل وصلت وصول وجه وجهت وجد وجدت وصف وصفت وافق وافقت موافقة
        وضع وضعت واصل واصلت واجه واجهت ودع ودعت ورد وردت وعد وعدت ولي والي والد والدة وادي وظائف وظيفة
        ورشة ورش ولاية ولايات ولد ولدت وارد واردات وجهاء وعي وباء وديعة وقود وزن ورقة وردة وهران وليد وائل
        وداد
        """
    )
)
"""Words whose first letter is no «and»: reports begin with them."""


_TELLING = frozenset(
    words(
        """
        قال قالت قالوا قالا أكد أكدت أكدوا أعلن أعلنت أعلنوا أوضح أوضحت أشار أشارت ذكر ذكرت أفاد أفادت صرح صرحت
        يأتي تأتي جاءت كان كانت كانوا
        """
    )
)
"""Verbs with which paragraphs begin and hardly any headline: in Arabic these begin with a name."""


def tells(row: Sequence[str]) -> bool:
    """Tell whether these normalised words begin with a verb, as «قال الوزير …» does."""
    return bool(row) and row[0] in _TELLING


def goes_on(row: Sequence[str]) -> bool:
    """Tell whether a paragraph of these normalised words goes on from an earlier one, as «وأضاف …» and «من جهته …» do.

    A word that starts with waw counts as «and …» unless it is one of the usual words that have it as their own letter.
    """
    if not row:
        return False
    if any(tuple(row[:length]) in _PHRASES for length in range(1, min(_LONGEST, len(row)) + 1)):
        return True
    return row[0].startswith("و") and len(row[0]) > 2 and row[0] not in _OWN_WAW
