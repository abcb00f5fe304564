"""Texts that are made after a formula, told by their titles: do their stories stay apart? (pure)."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from isnad.text.words import fold
from isnad_cli.bench.truth import Truth
from isnad_dedup.matching.events import Arrival

FAMILIES = {
    "congratulations": r"\b(يهني|يهنيان|تهني|تهنيه|هنا)\b",
    "condolences": r"\b(يعزي|يعزيان|تعزي|عزاء|تعازي|يواسي|مواساه)\b",
    "receptions and calls": r"\b(يستقبل|استقبل|يلتقي|التقي|يجتمع|يبحث مع|هاتفيا|اتصالا)\b",
    "weather": r"\b(طقس|الطقس|الارصاد|امطار|غبار|رياح)\b",
    "stock markets": r"\b(الاسهم|موشر|بورصه|البورصه)\b",
    "gold and oil": r"\b(الذهب|النفط|برنت)\b",
    "currencies": r"\b(العملات|الدولار|اليورو|سعر الصرف|اسعار الصرف)\b",
    "relief flights and clinics": r"\b(وصول (ال)?طايره|وصول سفينه|العيادات السعوديه|مركز الملك سلمان)\b",
    "executions": r"\b(القتل تعزيرا|قصاصا|القصاص|تنفيذ حكم)\b",
    "expropriations": r"\bنزع ملكيه\b",
    "earthquakes": r"\bزلزال\b",
    "accidents": r"\b(مصرع|انقلاب|تصادم|حادث)\b",
    "arrests and seizures": r"\b(القبض علي|احباط تهريب|ضبط)\b",
    "vacancies": r"\bوظايف\b",
    "sport tables and draws": r"\b(ترتيب|جدول|قرعه)\b",
    "round-ups": r"\b(موجز|اخر مستجدات|اخبار السوق|ابرز|مفكره|اخبارهم|مناسبات|قالوا|صحف|الصحف)\b",
    "columns": r"^(بين الخطا|استشارات|تطبيقات الاسبوع|جديد السينما|dvd|راي في طبق|صح لسانك|فواصل|قراءات|هذا اليوم في)",
    "pictures": r"\b(كاريكاتير|في صور|قصه مصوره)\b",
    "horoscopes": r"\b(الابراج|حظك|برجك)\b",
    "prayer times": r"\b(مواقيت|اوقات) الصلاه\b",
}
"""Expressions for folded titles (`isnad.text.words.fold`). An article may be of several families."""

_ALIKE, _TRUE = 0.3, 0.5

Report = dict[str, Any]


def by_family(articles: Sequence[Arrival], truth: Truth, stories: Sequence[str]) -> list[Report]:
    """Return for each family how much its articles share, and into which stories they went.

    `pairs_alike` share .3 to .5 and would chain if that were enough; `pairs_true` share more. Of `pairs_in_a_story`,
    both of the family, so many are true; the rest is what the family costs in precision.
    """
    titles = [fold(article.title) for article in articles]
    members = Counter(stories)
    numbers = np.unique(np.asarray(stories), return_inverse=True)[1]
    together = numbers[truth.later] == numbers[truth.earlier]
    true = truth.containment >= _TRUE
    alike = (truth.containment >= _ALIKE) & ~true
    reports = []
    for name, expression in FAMILIES.items():
        among = np.array([re.search(expression, title) is not None for title in titles], np.bool_)
        both = among[truth.later] & among[truth.earlier]
        theirs = Counter(story for story, one in zip(stories, among.tolist(), strict=True) if one)
        reports.append({
            "family": name,
            "articles": int(among.sum()),
            "stories": len(theirs),
            "largest_story": max((members[story] for story in theirs), default=0),
            "pairs_alike": int((both & alike).sum()),
            "pairs_true": int((both & true).sum()),
            "pairs_in_a_story": sum(count * (count - 1) // 2 for count in theirs.values()),
            "of_them_true": int((both & true & together).sum()),
        })  # fmt: skip
    return reports
