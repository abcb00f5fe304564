"""What stands on a news page and is no part of the article: phrases and words, spelt as people spell them (pure data).

They are compared after `words()`, so that hamzas, ta marbuta, marks and digits make no difference.
"""

from isnad.text.words import words

Phrase = tuple[str, ...]

LONGEST_PHRASE = 8
"""Words of the longest phrase here, at most."""


def _phrases(text: str) -> frozenset[Phrase]:
    found = frozenset(tuple(words(phrase)) for phrase in text.replace("\n", " ").split("،") if phrase.strip())
    assert max(map(len, found)) <= LONGEST_PHRASE  # noqa: S101  a slip in the lists below
    return found


def _words(text: str) -> frozenset[str]:
    return frozenset(words(text))


RELATED = _phrases(
    """
    شاهد أيضا، شاهد أيضا إغلاق، شاهدوا أيضا، اقرأ أيضا، إقرأ أيضا، اقرؤوا أيضا، اقرأوا أيضا،
    اقرئي أيضا، اقرأ المزيد، اقرأ كذلك، طالع أيضا، انظر أيضا، تابع أيضا، قد يعجبك، قد يعجبك أيضا،
    قد يهمك، قد يهمك أيضا، ربما يعجبك أيضا، مقالات ذات صلة، مواضيع ذات صلة، موضوعات ذات صلة،
    أخبار ذات صلة، ذات صلة، محتوى ذو صلة، مقالات مشابهة، مواضيع مشابهة، موضوعات مشابهة، أخبار مشابهة،
    مقالات متعلقة، مواضيع متعلقة، موضوعات متعلقة، أخبار متعلقة، مقالات أخرى، مواضيع أخرى، أخبار أخرى،
    مقالات قد تعجبك، مقالات قد تهمك، مواضيع قد تهمك، أخبار قد تهمك، المزيد من الأخبار،
    المزيد من المقالات، المزيد من المواضيع، المزيد من الكاتب، المزيد عن الكاتب، المزيد للكاتب،
    مقالات أخرى للكاتب، الأكثر قراءة، الأكثر مشاهدة، الأكثر تعليقا، الأكثر مشاركة، الأكثر تداولا،
    آخر الأخبار، أحدث الأخبار، آخر المقالات، أحدث المقالات، آخر المواضيع، أحدث المواضيع، أهم الأخبار،
    اخترنا لك، اخترنا لكم، نرشح لك، المقال السابق، المقال التالي، المقالة السابقة، المقالة التالية،
    الخبر السابق، الخبر التالي، الموضوع السابق، الموضوع التالي، التدوينة السابقة، التدوينة التالية،
    السابق، التالي، تصفح المقالات، للمزيد، لقراءة المزيد، لمزيد من الأخبار، المزيد، Related articles،
    Related posts، Related، Related topics، More from author، Read also، Read more، See also،
    Also read، Previous article، Next article، Previous post، Next post، You may also like،
    Latest news، Most read،
    RELATED ARTICLESMORE FROM AUTHOR، مقالات ذات صلةالمزيد من الكاتب، مقالات مشابهةالمزيد عن المؤلف
    """
)
"""Headings of the boxes that show other articles."""

NEIGHBOURING_ARTICLES = (
    "المقال السابق",
    "المقال التالي",
    "المقالة السابقة",
    "المقالة التالية",
    "المقالة القادمة",
    "previous article",
    "next article",
    "previous post",
    "next post",
)
NEIGHBOURS = (*NEIGHBOURING_ARTICLES, "المادة السابقة", "المادة التالية")
"""What leads to the articles beside this one; on the crawled page its title often follows without a space. «مادة» is
an article of a law as well."""

COMMENTS = _phrases(
    """
    التعليقات، تعليقات، تعليقات الزوار، تعليقات القراء، تعليقات الفيسبوك، اترك تعليقا، اترك تعليق،
    اترك ردا، اترك رد، اكتب تعليقا، أضف تعليقا، أضف تعليق، أضف تعليقك، اضافة تعليق، شارك برأيك،
    ترك الرد، إلغاء الرد، اترك تعليقا إلغاء الرد، اترك ردا إلغاء الرد، اترك رد إلغاء الرد،
    التعليقات مغلقة، لا توجد تعليقات، لا يوجد تعليقات، لن يتم نشر عنوان بريدك الإلكتروني،
    Leave a reply، Leave a comment، Comments، Add comment، No comments، Post comment،
    Comments are closed
    """
)
"""Headings of what readers write."""

FORM = _phrases(
    """
    لن يتم نشر عنوان، لن ينشر عنوان، لن يتم نشر بريدك، الحقول الإلزامية، احفظ اسمي، أعلمني بمتابعة، أعلمني بالمشاركات،
    نبهني عند، Your email address، Save my name، Required fields، Notify me
    """
)
"""What the long lines of the form for a comment start with."""

TAGS = _phrases(
    "الوسوم، وسوم، الأوسمة، كلمات مفتاحية، الكلمات المفتاحية، كلمات دلالية، الكلمات الدلالية، هاشتاغ، Tags، Keywords"
)
"""Headings of lists of keywords."""

NAVIGATION = _phrases(
    """
    زر الذهاب إلى الأعلى، الذهاب إلى الأعلى، العودة إلى الأعلى، العودة للأعلى، إلى الأعلى، أعلى الصفحة،
    انتقل إلى المحتوى، تجاوز إلى المحتوى، الانتقال إلى المحتوى، القائمة، القائمة الرئيسية،
    القائمة الجانبية، الصفحة الرئيسية، الرئيسية، بحث، بحث عن، ابحث، البحث عن، تسجيل الدخول، تسجيل دخول،
    إغلاق، اغلق، عرض المزيد، تحميل المزيد، شاهد المزيد، عودة، رجوع، رابط مختصر، الرابط المختصر،
    نسخ الرابط، تم نسخ الرابط، تم النسخ، تابعنا، تابعونا، تابعنا على، تابعونا على،
    النشرة البريدية، اشترك في النشرة البريدية، اشترك الآن، اشترك،
    حمل التطبيق، تكبير الخط، تصغير الخط، حجم الخط، استمع، استمع إلى المقال، استمع للخبر، عدد المشاهدات،
    عدد الزيارات، عدد القراءات، عدد التعليقات، كافة التعليقات، المصدر الصورة، صورة أرشيفية، أرشيفية،
    صورة توضيحية، صور أرشيفية، Next Previous، Previous Next، Back to top، Back to top button،
    Skip to content، Menu، Search، Search for، Close،
    Subscribe، Login، Log in، Follow us، Loading، Play، Video Player، Next، Previous،
    admin، المحرر، محرر الموقع، مدير الموقع، إدارة الموقع، هيئة التحرير، إدارة التحرير، فريق التحرير
    """
)
"""Buttons, captions and nameless writers; those of one word are cut at the edges of an article only, where they can be
no subhead."""

ADVERTISEMENT = _phrases(
    "إعلان، إعلانات، الإعلانات، مساحة إعلانية، إعلان ممول، Advertisement، Advertisements، Sponsored، Ad"
)

SHARING = _words(
    """
    فيسبوك الفيسبوك فيس بوك تويتر إكس واتساب واتس آب واتسآب الواتساب تيليجرام تيليغرام تلغرام تلجرام
    تيلقرام التلغرام انستغرام انستقرام إنستغرام لينكدإن لينكدان لينكد إن بينتيريست بنترست ماسنجر مسنجر
    فايبر سناب شات سكايب جوجل غوغل بلس يوتيوب تمبلر ريديت ڤايبر أودنوكلاسنيكي بوكيت لاين تابعنا
    تابعونا شارك شاركها شاركه شاركنا مشاركة المشاركة انشر أرسل إرسال غرد تغريد إعجاب أعجبني طباعة اطبع
    للطباعة حفظ نسخ الرابط رابط عبر على البريد الإلكتروني بريد إلكتروني ايميل إيميل هذا هذه المقال
    الخبر الموضوع الصفحة مع أصدقائك Facebook Twitter X WhatsApp Telegram LinkedIn Pinterest Instagram
    Messenger Viber Tumblr Reddit ReddIt VKontakte Odnoklassniki Pocket Skype Snapchat Google Digg
    Stumbleupon Mix LINE Naver Share Tweet Like Print Email E mail Copy URL Link via on this
    """
)
"""Words of the share buttons: a line of nothing else is a row of buttons."""

SHARING_CORE = SHARING - _words(
    "تابعنا تابعونا على عبر مع هذا هذه المقال الخبر الموضوع الصفحة رابط الرابط إن آب لاين شات بوك بلس "
    "on via this X mail E"
)
"""One of these must stand in the row."""

COUNTED = _words(
    """
    تعليق تعليقات تعليقا مشاهدة مشاهدات المشاهدات زيارة زيارات قراءة قراءات مشاركة مشاركات إعجاب
    اعجابات دقيقة دقائق دقيقتان دقيقتين ثانية عدد مدة زمن وقت القراءة الزيارات القراءات التعليقات
    للقراءة أقل من واحدة لا توجد views view comments comment shares share reads read min minute
    minutes likes less than a
    """
)
"""Words around a page's counters: «3 تعليقات», «1,234 مشاهدة», «أقل من دقيقة»."""
COUNTS = _words("دقيقة دقيقتان دقيقتين واحدة لا minute min no")
"""Those of them that say how many without a digit."""

CALENDAR = _words(
    """
    السبت الأحد الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة سبت أحد اثنين ثلاثاء أربعاء خميس جمعة
    يناير فبراير مارس أبريل إبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر كانون الثاني شباط
    آذار نيسان أيار حزيران تموز آب أيلول تشرين الأول جانفي فيفري أفريل ماي جوان جويلية أوت يونيه يوليه
    أغسطوس محرم صفر ربيع جمادى الأولى الآخرة رجب شعبان رمضان شوال ذو القعدة ذي الحجة آخر تحديث تاريخ
    النشر نشر في نشرت بتاريخ تم التحديث حدث أضيف أضيفت الساعة منذ قبل أمس اليوم يوم أيام ساعة ساعات
    دقيقة دقائق أسبوع أسابيع شهر أشهر سنة سنوات صباحا مساء ص م هـ بتوقيت غرينتش جرينتش GMT UTC القدس
    مكة التوقيت المحلي عند يومين ساعتين أسبوعين Monday Tuesday Wednesday Thursday Friday Saturday
    Sunday Mon Tue Wed Thu Fri Sat Sun January February March April May June July August September
    October November December Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec at on am pm ago days
    day hours hour updated published last update
    """
)
"""Words of a line that says when the page was published."""

BYLINE = _phrases(
    "بقلم، كتب، كتبت، كتبه، الكاتب، الكاتبة، بواسطة، إعداد، تحرير، ترجمة، حاوره، حاورته، حوار، تصوير، رسم، "
    "By، Written by، Author"
)
"""What stands before a writer's name."""

SECTION_WORDS = _words(
    """
    أخبار خبر شأن شؤون سياسة سياسي سياسية اقتصاد اقتصادي اقتصادية مال أعمال رياضة رياضي رياضية ثقافة
    ثقافي ثقافية فن فنون أدب منوعات محليات محلي محلية عربي عربية دولي دولية عالم عالمي عالمية إقليمي
    إقليمية تقارير تقرير تحقيقات تحقيق مقالات مقال آراء رأي كتاب حوارات حوار ملفات ملف دراسات دراسة
    بحوث أبحاث تحليل تحليلات ترجمات ترجمة صحافة صحف صحة علوم تكنولوجيا تقنية مجتمع حوادث قضايا رئيسية
    رئيسي عام عاجل أهم خاص حصري مختارات فيديو صور كاريكاتير ميديا سوري سورية سوريا عراقي عراقية عراق
    مصري مصرية مصر لبناني لبنانية لبنان فلسطيني فلسطينية فلسطين يمني يمنية يمن ليبي ليبية ليبيا خليجي
    خليجية خليج أردني أردن تونسي تونس جزائري جزائر مغربي مغرب سوداني سودان سعودي سعودية تركي تركية
    تركيا إيراني إيران إسرائيلي إسرائيلية إسرائيل كردي كردية كردستان أميركا أوروبا روسيا شرق أوسط
    أوسطية ميدانية ميداني عسكرية يومية يومي مترجمة منوع متفرقات بيانات بيان وثائق غير مصنف مصنفة
    الأولى صفحة
    """
)
"""Words of a page's section label, without article and «and»: «الشأن السوري», «عربي ودولي», «أخبار»."""

SECTION_NOUNS = _words(
    """
    أخبار شأن شؤون سياسة اقتصاد رياضة ثقافة فن فنون منوعات محليات تقارير تحقيقات مقالات آراء حوارات
    ملفات دراسات بحوث أبحاث تحليلات ترجمات صحافة صحف صحة علوم تكنولوجيا تقنية مجتمع حوادث قضايا رئيسية
    مختارات متفرقات غير
    """
)
"""One of these makes a label of it even where no headline follows."""

LABEL_OPENINGS = _phrases("تقرير خاص، تحقيق خاص، خاص، خاص ب، خاص ل، حصري، حصريا، حصري ل، تقرير إخباري، تقرير مترجم")
"""What a label such as «تقرير خاص لـ …» starts with."""
LONGEST_LABEL_WORDS = 6
LONGEST_SECTION_WORDS = 4

RIGHTS = _phrases(
    """
    حقوق، الحقوق، جميع الحقوق، جميع حقوق، كافة الحقوق، كافة حقوق، كل الحقوق، كل حقوق، حقوق النشر،
    حقوق الطبع، copyright، copyrights، all rights
    """
)
"""What a copyright line starts with."""
RESERVED = _words("محفوظة محفوظه محفوظ reserved copyright copyrights")
"""What must stand in it."""
RIGHTS_OF = _words(
    """
    جميع كافة كل الحقوق حقوق النشر والنشر الطبع والطبع الطباعة والطباعة النسخ والنسخ التوزيع والتوزيع الفكرية والفكرية
    الأدبية والأدبية المادية والمادية ورقيا وورقيا الكترونيا والكترونيا إلكترونيا وإلكترونيا الموقع المحتوى المقال
    المقالة المادة الصورة الصور هذا هذه all rights
    """
)
"""Between its start and that stands nothing else, but for the year: the rights of whoever else are news."""
OWNERS = _words("لصالح لموقع لشبكة لوكالة لصحيفة لجريدة لمجلة لقناة لمؤسسة لشركة لمركز لمرصد لدى ل")
"""What follows that, where whose they are is said in a sentence."""
COPYING = _words("نشر النشر نسخ النسخ اقتباس الاقتباس reproduction reproduced republished redistributed")
PERMISSION = _words("إذن اذن بإذن موافقة بموافقة ترخيص permission consent")
"""One of each stands in a line that forbids to copy."""

NOTES = _phrases(
    """
    المصدر، المصادر، خدمة، نقلا عن، بالتعاون مع، نشر هذا، ينشر هذا، هذا المقال، هذا التقرير، هذه المقالة، ملاحظة، تنويه،
    للتواصل، للاشتراك، Source، Via
    """
)
"""What a note under an article starts with; it stays in the body, and is no headline of another article."""
