"""Names of the bank's products and channels, in the words customers use, to one slug each."""

import re

from bot.components.values.found import Found, overlaps

# Slug: its Chinese words, then its English ones as patterns that begin and end at a word's edge.
PRODUCTS = {
    "credit-card": (
        "信用卡|贷记卡|(?:白金|金|钻石|附属|商务)(?:信用)?卡",
        "credit ?cards?|(?:platinum|gold|supplementary) card",
    ),
    "debit-card": (
        "借记卡|储蓄卡|工资卡|社保卡|一类[卡户]|二类[卡户]|三类[卡户]",
        "debit ?cards?|payroll card",
    ),
    "mortgage": (
        "房贷|按揭(?:贷款)?|住房贷款|个人住房贷|商业?贷款购房",
        "mortgages?|home loans?|housing loans?",
    ),
    "car-loan": ("车贷|汽车贷款?", "car loans?|auto loans?"),
    "provident-fund-loan": ("公积金贷款?|商转公(?:贷款)?|组合贷", "provident[- ]fund loans?"),
    "business-loan": ("经营贷|经营性贷款|小微贷款?|企业贷款", "business loans?"),
    "consumer-loan": (
        "消费贷|信用贷(?:款)?|装修贷|助学贷款",
        "consumer loans?|personal loans?|student loans?",
    ),
    "certificate-of-deposit": ("大额存单", "certificates? of deposit|large[- ]denomination cds?"),
    "structured-deposit": ("结构性存款", "structured deposits?"),
    "time-deposit": ("定期(?:存款|储蓄)?|定存|通知存款", "(?:time|fixed|term) deposits?"),
    "demand-deposit": ("活期(?:存款|储蓄)?|零钱宝", "demand deposits?|current accounts?|savings accounts?"),
    "wealth-product": ("(?:净值型|稳健型?|银行|封闭式)?理财(?:产品)?", "wealth(?: management)? products?"),
    "fund": ("基金(?:定投)?", "(?:mutual |index |money market )?funds?(?! transfer)"),
    "insurance": (
        "保险|保单|(?:分红|年金|重疾|增额|终身)(?:寿)?险",
        "(?:life |health )?insurance(?: polic(?:y|ies))?",
    ),
    "trust": ("信托", "trust products?"),
    "government-bond": ("(?:储蓄|电子式|凭证式)?国债", "(?:government|treasury|savings) bonds?"),
    "gold": ("积存金|黄金|金条|贵金属|纪念币", "gold bars?|gold accumulation|precious metals?|gold"),
    "instalment": ("(?:账单|现金|消费)?分期(?:付款)?", "(?:bill )?instal?lments?(?: plans?)?"),
    "quick-payment": ("快捷支付|免密支付|一键绑卡", "quick ?pay(?:ment)?"),
    "mobile-banking": (
        "手机银行|手机app|掌上银行|网上银行|网银",
        "mobile (?:banking|app)|online banking|internet banking",
    ),
    "sms-notice": (
        "短信(?:通知|提醒|服务费|费)|余额提醒|账户变动提醒",
        "sms (?:alerts?|notices?|notifications?)",
    ),
    "safe-deposit-box": ("保管箱", "safe[- ]deposit box(?:es)?"),
}
_PRODUCTS = {
    slug: re.compile(rf"{chinese}|\b(?:{english})\b") for slug, (chinese, english) in PRODUCTS.items()
}


def find_products(text: str, taken: "list[Found]") -> "list[Found]":
    """Products of a normalised text; a longer name hides the shorter ones inside it."""
    candidates = [
        Found("product", match.start(), match.end(), slug)
        for slug, pattern in _PRODUCTS.items()
        for match in pattern.finditer(text)
    ]
    found: "list[Found]" = []
    for one in sorted(candidates, key=lambda each: (each.start - each.end, each.start)):
        if not overlaps(one.start, one.end, taken + found):
            found.append(one)
    return found
