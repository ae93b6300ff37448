"""Words of the bank's trade to the business categories (JR/T 0169-2018), and words for a language."""

import re

from bot.components.values.found import Found, overlaps

# Category: its Chinese words, then its English ones as patterns that begin at a word's edge.
BUSINESS_WORDS = {
    "credit-card": ("信用卡|贷记卡|年费|最低还款|分期付款|账单分期", "credit cards?|annual fee"),
    "debit-card": (
        "借记卡|储蓄卡|银行卡|工资卡|一类卡|二类卡|非柜面",
        "debit cards?|bank cards?|payroll card",
    ),
    "debt-collection": ("催收|催债|讨债", "debt collect(?:ion|ors?|ing)|collectors?|collection agency"),
    "loan": (
        "贷款|房贷|车贷|按揭|经营贷|消费贷|信用贷|公积金贷|商转公|提前还款|还贷",
        "loans?|mortgages?|prepayment",
    ),
    "foreign-exchange": (
        "外汇|换汇|结汇|购汇|售汇|跨境汇款|境外汇款|国际汇款",
        "foreign exchange|forex|foreign currency|"
        "(?:international|overseas|cross-border) (?:transfer|remittance)s?",
    ),
    "payment": (
        "支付结算|转账|转帐|汇款|快捷支付|扫码支付|扫码付款|付款码|收款码|扣款|重复扣|支付|转错",
        "payments?(?: and transfers?)?|transfers?|transferred",
    ),
    "agency-sales": ("代理销售|代销|代理业务|保险|保单|基金|信托", "insurance|funds?|agency sales"),
    "personal-information": (
        "个人金融信息|个人信息|信息泄露|泄露信息|泄露|隐私",
        "personal (?:information|data)|data leak|leaked|privacy",
    ),
    "precious-metals": ("贵金属|黄金|金条|白银|积存金|纪念币", "precious metals?|gold|silver"),
    "rmb-management": (
        "人民币管理|假币|假钞|残币|残钞|零钞|旧钞|换零钱",
        "counterfeit|(?:damaged|fake) (?:bank)?notes?|rmb management",
    ),
    "savings": ("储蓄业务|储蓄存款|储蓄|存款|定期|活期|存单|存折", "savings?|deposits?"),
    "wealth": ("理财|净值", "wealth(?: management| products?)?|investment products?"),
    "treasury": ("国库|国债", "treasury|government bonds?"),
    "other-intermediary": ("其他中间业务|中间业务|保管箱|资信证明", "other intermediary|safe deposit box"),
    "other": ("其他|其它|别的", "others?|something else"),
}
_BUSINESS = {
    slug: re.compile(rf"{chinese}|(?<![a-z])(?:{english})(?![a-z])")
    for slug, (chinese, english) in BUSINESS_WORDS.items()
}
_LANGUAGE = {
    "en": re.compile(r"英文|英语|\benglish\b"),
    "zh": re.compile(r"中文|汉语|普通话|国语|\bchinese\b|\bmandarin\b"),
}


def find_business(text: str, taken: "list[Found]") -> "list[Found]":
    """Category words of a normalised text; a longer word hides the shorter ones inside it."""
    candidates = [
        Found("business", match.start(), match.end(), slug)
        for slug, pattern in _BUSINESS.items()
        for match in pattern.finditer(text)
    ]
    found: "list[Found]" = []
    for candidate in sorted(candidates, key=lambda one: (one.start - one.end, one.start)):
        if not overlaps(candidate.start, candidate.end, taken + found):
            found.append(candidate)
    return found


def find_languages(text: str, taken: "list[Found]") -> "list[Found]":
    """Names of the two languages the desk speaks."""
    return [
        Found("language", match.start(), match.end(), code)
        for code, pattern in _LANGUAGE.items()
        for match in pattern.finditer(text)
        if not overlaps(match.start(), match.end(), taken)
    ]
