"""Languages: Arabic apart from the languages that share its letters."""

import pytest

from isnad_prepare.language import detect


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("أعلن التحالف الدولي بقيادة واشنطن", "ar"),
        ("محمد صلاح يحرز هدفاً لا يُصدّقه عقل", "ar"),
        ("بدنا نروح عالجسر ونشوف شو صار", "ar"),
        ("شركة Apple تطلق iPhone 15 Pro Max الجديد في الأسواق", "ar"),
        ("رئیس جمهور ایران گفت که مذاکرات با قدرت‌های جهانی ادامه خواهد داشت", "fa"),
        ("وزير امور خارجه ايران در گفتگو با خبرنگاران گفت كه اين سفر موفق بود", "fa"),
        ("وزیر اعظم نے کہا ہے کہ حکومت عوام کے مسائل حل کرنے کے لیے تمام وسائل بروئے کار لائے گی", "ur"),
        ("د افغانستان ولسمشر وویل چې حکومت به د سولې لپاره هڅې جاري وساتي", "ps"),
        ("سەرۆکی هەرێمی کوردستان ڕایگەیاند کە گفتوگۆکان لەگەڵ بەغدا بەردەوامن", "ckb"),
        ("The president said on Thursday that the coalition would continue", "en"),
        ("Le président a déclaré jeudi que la coalition continuerait", "fr"),
        ("Cumhurbaşkanı açıklamalarda bulundu ve ülkenin geleceğini anlattı", "tr"),
        ("קואליציית המפלגות הודיעה היום על הסכם חדש", "he"),
    ],
)
def test_language_is_told(text: str, tag: str) -> None:
    assert detect(text) == tag


@pytest.mark.parametrize("text", ["", "عاجل", "2018-02-08 10:22:33 +00:00", "«…» – ***", "\u200f" * 50])
def test_too_short_to_tell(text: str) -> None:
    assert detect(text) == "und"
