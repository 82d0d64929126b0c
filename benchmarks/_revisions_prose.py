"""Invented prose to revise: word lists and a small grammar, seeded, in several registers and scripts."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

Sentence = Callable[[random.Random], str]
WORD = re.compile(r"[^\W_](?:[^\W_]|['\u2019\u0300-\u036f\u0900-\u097f\u0980-\u09ff\u200d\ufe0f])*")


@dataclass(frozen=True)
class Voice:
    """One way of writing: its sentences, words to put in for others, and what stands between two sentences."""

    name: str
    sentence: Sentence = field(repr=False)
    words: tuple[str, ...] = field(repr=False)
    space: str = " "
    spaced: bool = True  # words are told apart by blanks

    def pattern(self) -> re.Pattern[str]:
        """Finds its words in a text; in a script without blanks, those it writes with."""
        if self.spaced:
            return WORD
        return re.compile("|".join([*sorted(map(re.escape, self.words), key=len, reverse=True), r"\d+"]))


NUMBERS = ("two", "three", "five", "seven", "nine", "eleven", "twenty", "forty")
TIMES = ("nights", "weeks", "mornings", "months", "winters", "hours", "rounds", "years")
LINKS = ("because", "although", "until", "while", "so that", "before", "after", "unless", "as if", "wherever")
OPENINGS = (
    "In the end", "By then", "Strictly speaking", "For once", "At first light", "On paper", "In practice", "Since then",
    "To be fair", "Most days", "Behind closed doors", "Over time", "Nobody denies it", "Here and there", "As a rule",
)  # fmt: skip
QUESTIONS = (
    "why {0}, nobody's {1} could tell?", "who says that {0}?", "how often, {3} all that, was the {1} {2}?",
    "is there a {1} without its {2} year when {0}?", "what if {0}?", "had {0}, or only the {2} {1} {3} it?",
    "which {1} would be {2} enough once {0}?", "does it matter {3} the {1} whether {0}?",
)  # fmt: skip
PREPOSITIONS = ("with", "under", "behind", "beside", "without", "against", "across", "near", "for", "beyond", "between")


@dataclass(frozen=True)
class Lexicon:
    """The words of one register; the first of each list are the common ones."""

    nouns: tuple[str, ...]
    verbs: tuple[str, ...]
    adjectives: tuple[str, ...]
    names: tuple[str, ...]


def _lexicon(nouns: str, verbs: str, adjectives: str, names: str) -> Lexicon:
    return Lexicon(*(tuple(words.split()) for words in (nouns, verbs, adjectives, names)))


OFFICE = _lexicon(
    "release handover ticket plan owner team queue budget change register review dashboard gateway service contract "
    "estimate shift backlog incident sponsor manager deadline server "
    "diagram runbook forecast meeting vendor signature "
    "workshop promise invoice audit standard interface cluster pipeline rollback escalation workaround calendar "
    "committee spreadsheet exception approval metric capacity customer "
    "warranty migration inventory checklist threshold",
    "approved postponed measured escalated ignored rewrote shipped reviewed blocked funded inherited patched renamed "
    "documented signed monitored outsourced cancelled estimated audited restarted negotiated archived automated "
    "questioned staffed deployed replaced summarised announced tolerated reopened delayed defended",
    "quiet unpaid quarterly brittle shared urgent legacy formal cheap hidden annual obsolete manual careful external "
    "stable political measurable nervous expensive forgotten optional redundant critical partial remote premature "
    "vague seasonal signed impatient regional",
    "Mirela Tobias Oyelaran Ingrid Castellan Priya Domhnall Wenzel Akiko Ramires Joost Halima",
)
SEA = _lexicon(
    "harbour lantern captain rope tide gull cabin island storm map oar widow cellar chapel barrel reef ledger parrot "
    "sail mast anchor letter brother fog bell beach whale compass knife coin song grave garden window stair wolf "
    "pilot cook orphan village shutter candle boot cargo mutiny channel boatswain feather bottle violin rumour",
    "watched followed buried mended forgot carried sold painted feared betrayed lowered burned counted married stole "
    "rescued cursed polished whispered chased hauled traded praised drowned lost greeted lifted swallowed envied "
    "sketched abandoned hid",
    "grey salted crooked silent drunken patient frozen hollow bright weary stubborn golden narrow drowned honest "
    "bitter torn ancient merciless barefoot lucky pale wooden restless sunken tender wild rusty feverish lonely",
    "Maren Osric Pell Dunya Havelock Thessaly Bram Iolanthe Quill Varga Rosamund Tamsin",
)
WORKSHOP = _lexicon(
    "valve gasket seedling pump hose filter bracket soil switch panel sensor bolt spanner tray compost lid motor "
    "cable handle blade bearing drain gauge nozzle pot root washer screw spring clamp shelf tank probe fuse label "
    "housing lever cover socket thermostat trellis mulch rake wheel axle chain frame piston",
    "tightened loosened rinsed replaced inspected sealed mounted greased trimmed watered drained aligned labelled "
    "tested removed lifted inserted dried charged cleaned unplugged turned wrapped adjusted calibrated sanded "
    "flushed covered secured soaked",
    "lower upper outer blocked worn damp sharp spare metal plastic loose rubber cold hot empty cracked level shallow "
    "sterile spare dry greasy threaded reversible narrow round removable insulated faulty bent",
    "Anselm Birgit Chidi Delphine Emre Fumiko Goran Hettie",
)
STATUTE = _lexicon(
    "member board clause statute fee meeting vote notice chair auditor treasurer quorum amendment proxy register "
    "obligation party claim remedy schedule seal witness resolution dispute deposit lease tenant arbitrator penalty "
    "consent minute record appeal objection premises licence estate annex article paragraph trustee beneficiary",
    "approved amended rejected deferred notified delegated recorded waived executed terminated appointed convened "
    "ratified examined disclosed assigned withdrew adjourned certified "
    "enforced suspended dissolved submitted granted "
    "revoked transferred",
    "ordinary special written prior annual joint binding reasonable separate competent material void lawful general "
    "exclusive interim unanimous confidential outstanding extraordinary applicable provisional equal several",
    "Almquist Barrow Cisse Dragomir Eisler Fontana Gyllen Hartog",
)


def _pick(rng: random.Random, words: tuple[str, ...]) -> str:
    """A word, the first of the list more often than the last."""
    return words[int(len(words) * rng.random() ** 1.25)]


def _thing(rng: random.Random, lexicon: Lexicon, depth: int = 0) -> str:
    noun, adjective = _pick(rng, lexicon.nouns), _pick(rng, lexicon.adjectives)
    kind = rng.randrange(9 if depth < 2 else 5)
    if kind == 0:
        return rng.choice(lexicon.names)
    if kind == 1:
        return f"every {noun}"
    if kind == 2:
        return f"the {adjective} {noun}"
    if kind == 3:
        return f"{rng.choice(NUMBERS)} {noun}s"
    if kind == 4:
        return f"the {noun}"
    if kind == 5:
        return f"the {noun} of {_thing(rng, lexicon, depth + 1)}"
    if kind == 6:
        return f"our {adjective} {noun}"
    if kind == 7:
        return f"the {noun} that {_pick(rng, lexicon.verbs)} {_thing(rng, lexicon, depth + 1)}"
    return f"some {adjective} {noun} {rng.choice(PREPOSITIONS)} {_thing(rng, lexicon, depth + 1)}"


def _clause(rng: random.Random, lexicon: Lexicon) -> str:
    who, what, verb = _thing(rng, lexicon), _thing(rng, lexicon, 1), _pick(rng, lexicon.verbs)
    kind = rng.randrange(7)
    if kind < 2:
        return f"{who} {verb} {what}"
    if kind == 2:
        return f"{who} never {verb} {what}"
    if kind == 3:
        return f"{who} {verb} {what} {rng.choice(PREPOSITIONS)} {_thing(rng, lexicon, 1)}"
    if kind == 4:
        return f"{who} was {_pick(rng, lexicon.adjectives)} for {rng.choice(NUMBERS)} {rng.choice(TIMES)}"
    if kind == 5:
        return f"{who} {verb} and {_pick(rng, lexicon.verbs)} {what}"
    return f"{who} had been {_pick(rng, lexicon.adjectives)} and {_pick(rng, lexicon.adjectives)}"


def _english(lexicon: Lexicon) -> Sentence:
    def sentence(rng: random.Random) -> str:
        one, two = _clause(rng, lexicon), _clause(rng, lexicon)
        kind = rng.randrange(10)
        if kind < 3:
            text = f"{one}."
        elif kind < 5:
            text = f"{one} {rng.choice(LINKS)} {two}."
        elif kind == 5:
            text = f"{rng.choice(OPENINGS)}, {one}, and {two}."
        elif kind == 6:
            text = f'"{_capital(one)}," said {rng.choice(lexicon.names)}.'
        elif kind == 7:
            text = f"{one} - {two}."
        elif kind == 8:
            noun, place = _pick(rng, lexicon.nouns), rng.choice(PREPOSITIONS)
            text = rng.choice(QUESTIONS).format(two, noun, _pick(rng, lexicon.adjectives), place)
        else:
            text = f"{one}; {two} ({_thing(rng, lexicon, 1)})."
        return _capital(text)

    return sentence


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _of_patterns(patterns: tuple[str, ...], lists: dict[str, tuple[str, ...]], join: str, end: str) -> Sentence:
    """Sentences of one to three clauses made from patterns like "{n} {v} {n}"."""

    def clause(rng: random.Random) -> str:
        pieces = rng.choice(patterns).split("}")
        return "".join(
            head + (_pick(rng, lists[name]) if name else "") for head, _, name in (p.partition("{") for p in pieces)
        )

    def sentence(rng: random.Random) -> str:
        return join.join(clause(rng) for _ in range(rng.choice((1, 2, 2, 3)))) + end

    return sentence


def _voice(name: str, patterns: str, join: str, end: str, space: str = " ", spaced: bool = True, **lists: str) -> Voice:
    words = {key: tuple(value.split()) for key, value in lists.items()}
    numbers = {"k": tuple(str(number) for number in range(2, 400, 3))}
    every = tuple(word for group in words.values() for word in group)
    return Voice(name, _of_patterns(tuple(patterns.split("|")), words | numbers, join, end), every, space, spaced)


CHINESE = _voice(
    "chinese",
    "{n}{d}{v}了{n}|{t}{n}把{n}{v}了|{n}的{n}{d}{a}|没有{n}能{v}{a}的{n}|"
    "{t}，{n}和{n}都{v}过{n}|因为{n}{a}，{n}才{v}{n}",
    "，", "。", space="", spaced=False,
    n="团队 计划 部署 会议 客户 系统 经理 夜班 服务 账单 文档 合同 电话 "
    "风险 预算 港口 船长 灯塔 村庄 信件 图纸 仓库 钥匙 花园 "
    "学生 医生 桥梁 季节 机器 阀门 章程 委员 投票 证人 条款 地图 窗户 故事 河流 传感器",
    v="批准 推迟 忽略 检查 修复 签署 讨论 放弃 记录 更换 寻找 保护 "
    "卖掉 带走 清洗 测量 发布 取消 隐藏 赞美 追赶 解释 拆开 交给",
    a="安静 昂贵 稳定 危险 古老 公开 匆忙 完整 多余 脆弱 冰冷 明亮 孤独 简单 正式 临时 破旧 年轻",
    d="从不 终于 已经 悄悄 总是 仍然 又 很快 曾经 勉强", t="昨天 每年 冬天 清晨 后来 那一夜 下雨时 开会前",
)  # fmt: skip
JAPANESE = _voice(
    "japanese",
    "{n}は{n}を{v}|{t}、{n}が{n}に{v}|{a}{n}の{n}は{d}{v}|第{k}の{n}が{v}|{n}には{k}個の{n}がある|{k}月{k}日に{n}を{v}|{n}よりも{a}{n}を選ぶ|{n}と{n}を{d}{v}|"
    "{t}には{a}{n}しかなく、{n}も{v}|{n}から{n}まで{v}",
    "、", "。", space="", spaced=False,
    n="運用 会議 電話 夜勤 船長 灯台 手紙 約束 予算 責任者 部署 サーバー "
    "契約 部長 港 倉庫 地図 鍵 庭 学校 橋 季節 機械 ポンプ "
    "弁 委員会 投票 証人 条文 記録 窓 物語 川 チーム リリース カレンダー",
    v="始まる 止めた 書いた 待っていた 忘れた 直した 隠した 調べた 渡した "
    "売った 運んだ 決めた 断った 見つけた 洗った 測った 閉じた",
    a="静かな 古い 高い 危ない 新しい 寂しい 明るい 急な 正式な 壊れた 余分な 若い 冷たい 簡単な",
    d="ようやく 決して すでに そっと いつも まだ すぐに やむなく", t="朝になると "
    "昨夜 毎年 冬の間 その後 雨の日 会議の前 夏祭り",
)  # fmt: skip
THAI = _voice(
    "thai",
    "{n}{v}{n}|{n}ไม่เคย{v}{n}{a}|{n}หมายเลข{k}{v}{n}|มี{n}{k}แห่ง{t}|"
    "{n}{a}กว่า{n}ของ{n}|{n}กับ{n}{v}กัน{t}|{t}{n}{v}{n}|{n}ที่{a}ถูก{v}",
    "และ", " ", space="", spaced=False,
    n="ทีมงาน แผนงาน ลูกค้า ประชุม ผู้จัดการ ระบบ เรือ กัปตัน จดหมาย หมู่บ้าน "
    "สวน แม่น้ำ สะพาน กุญแจ แผนที่ เครื่องจักร วาล์ว สัญญา "
    "พยาน หน้าต่าง นักเรียน หมอ โทรศัพท์ งบประมาณ",
    v="อนุมัติ เลื่อน ตรวจ ซ่อม ลงนาม ลืม ขาย หา ปกป้อง ล้าง วัด ยกเลิก ซ่อน บันทึก",
    a="เงียบ แพง มั่นคง อันตราย เก่า เร่งด่วน สว่าง เหงา ง่าย", t="เมื่อวาน ทุกปี ตอนเช้า ภายหลัง คืนนั้น ก่อนประชุม",
)  # fmt: skip
ARABIC = _voice(
    "arabic",
    "{v} {n} {n} {a}|لم ي{v} {n} في {n}|كان {n} {a} منذ {t}|في {n} رقم {k} {v} {n}|"
    "بعد {k} يوما {v} {n} {n}|ليس {n} {a} مثل {n}|هل {v} {n} كل {n}؟|{n} الذي {v} {n} ظل {a}|"
    "{v} {n} مع {n} {t}|إن {n} و{n} أمر {a}",
    "، ", ".",
    n="المهندس الفريق النشر المدير العميل الخادم الاجتماع العقد البحر "
    "القبطان الميناء الرسالة القرية الحديقة الجسر المفتاح "
    "الخريطة المضخة الصمام اللجنة الشاهد المادة النافذة الحكاية النهر الطبيب الطالب المخزن الميزانية السجل",
    v="وافق أجل فحص أصلح وقع نسي باع حمل وجد أخفى قاس غسل ألغى سجل ترك شرح رفض سلم",
    a="قديما هادئا مكلفا ثابتا خطيرا علنيا سريعا كاملا زائدا هشا باردا وحيدا بسيطا رسميا مؤقتا",
    t="أمس يومين سنة الصباح الشتاء أسبوع شهرين الليلة",
)  # fmt: skip
HEBREW = _voice(
    "hebrew",
    "{n} {v} את {n}|{t} {n} לא {v} {n} {a}|{n} של {n} היה {a}|ב{n} מספר {k} {v} {n}|אחרי {k} ימים {n} {v} שוב|"
    "{n} {a} יותר מ{n}|למה {v} {n} את {n}?|{n} ו{n} {v} יחד {t}|מי ש{v} את {n} נשאר {a}",
    ", ", ".",
    n="הצוות התוכנית הלקוח השרת הפגישה החוזה הים הקברניט הנמל המכתב הכפר הגינה הגשר המפתח המפה המשאבה השסתום הוועדה "
    "העד הסעיף החלון הסיפור הנהר הרופאה התלמיד המחסן התקציב הרישום המנהלת הטלפון",
    v="אישר דחה בדק תיקן חתם שכח מכר נשא מצא הסתיר מדד שטף ביטל רשם עזב הסביר סירב מסר",
    a="ישן שקט יקר יציב מסוכן גלוי דחוף שלם מיותר שביר קר בודד פשוט רשמי זמני",
    t="אתמול השנה בבוקר בחורף השבוע בלילה אחרי הגשם",
)  # fmt: skip
EMOJI = ("👩‍👩‍👧‍👦", "👩🏽‍💻", "🏳️‍🌈", "👍🏿", "🇩🇪", "🧑‍🚒", "❤️‍🔥", "🚀", "🤷🏻‍♀️", "📎", "🫱🏼‍🫲🏾", "☕")  # fmt: skip
MARKED = (
    "re\u0301sume\u0301", "nai\u0308ve", "co\u0302te\u0301", "नमस्ते", "विज्ञान", "Zu\u0308rich", "q\u0323uery\u0301",
    "হাওয়া", "smo\u0308rga\u030asbord", "ʻo\u0304lelo", "Việt", "s\u0301\u0323rot",
)  # fmt: skip


def _decorated(rng: random.Random) -> str:
    """A sentence of the office with emoji and words of letters with combining marks."""
    words = _english(OFFICE)(rng).split(" ")
    for _ in range(rng.randint(1, 3)):
        words.insert(rng.randrange(1, len(words)), rng.choice(MARKED))
    for _ in range(rng.randint(0, 2)):
        words.insert(rng.randrange(1, len(words)), rng.choice(EMOJI) * rng.choice((1, 1, 1, 3)))
    return " ".join(words)


def _in_english(name: str, lexicon: Lexicon) -> Voice:
    return Voice(name, _english(lexicon), lexicon.nouns + lexicon.verbs + lexicon.adjectives)


ENGLISH = tuple(
    _in_english(name, lexicon)
    for name, lexicon in (("office", OFFICE), ("tale", SEA), ("manual", WORKSHOP), ("statute", STATUTE))
)
DECORATED = Voice("emoji and marks", _decorated, OFFICE.nouns + MARKED + EMOJI[:4])
UNSPACED_VOICES = (CHINESE, JAPANESE, THAI)
RIGHT_TO_LEFT = (ARABIC, HEBREW)
