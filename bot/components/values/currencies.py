"""Names and signs of currencies, before and after a sum, and on their own."""

import re

from bot.components.values.found import Found, overlaps

# Code: (what stands before a sum, what stands after it, names that tell the currency without a sum).
# Dollars of a country come before plain dollars, which are those of the United States.
_NAMES = {
    "HKD": (
        r"hkd|hk\$|港币|港元",
        r"港币|港元|港纸|hkd(?![a-z])|hong kong dollars?(?![a-z])",
        "港币|港元|港纸",
    ),
    "AUD": (
        r"aud|au?\$|澳元",
        r"澳元|澳币|澳大利亚元|aud(?![a-z])|aussie dollars?(?![a-z])|australian dollars?(?![a-z])",
        "澳元|澳币",
    ),
    "CAD": (r"cad|ca?\$|加元", r"加元|加币|加拿大元|cad(?![a-z])|canadian dollars?(?![a-z])", "加元|加币"),
    "SGD": (r"sgd|s\$|新币", r"新币|新加坡元|坡币|sgd(?![a-z])|singapore dollars?(?![a-z])", "新加坡元|坡币"),
    "TWD": (
        r"twd|ntd|nt\$|新台币",
        r"新台币|台币|twd(?![a-z])|ntd(?![a-z])|new taiwan dollars?(?![a-z])",
        "新台币|台币",
    ),
    "MOP": (r"mop\$?|澳门元", r"澳门元|澳门币|葡币|mop(?![a-z])|patacas?(?![a-z])", "澳门元|澳门币"),
    "USD": (
        r"us dollars?|usd|us\$|u\.s\. dollars?|美元|美金|\$",
        r"美元|美金|美?刀(?![a-z])|usd(?![a-z])|(?:us |u\.s\. )?dollars?(?![a-z])|bucks(?![a-z])",
        "美元|美金|美钞",
    ),
    "EUR": (r"欧元|eur|€", r"欧元|欧(?![洲美盟式])|eur(?:os?)?(?![a-z])", "欧元"),
    "GBP": (r"英镑|gbp|£", r"英镑|镑|gbp(?![a-z])|pounds?(?![a-z])|quid(?![a-z])", "英镑"),
    "JPY": (r"日元|日币|jpy|jp[¥￥]", r"日元|日币|日圆|jpy(?![a-z])|yen(?![a-z])", "日元|日币"),
    "KRW": (r"韩元|krw|₩", r"韩元|韩币|krw(?![a-z])|won(?![a-z])", "韩元|韩币"),
    "CHF": (r"瑞士法郎|瑞郎|chf", r"瑞士法郎|瑞郎|chf(?![a-z])|swiss francs?(?![a-z])", "瑞士法郎|瑞郎"),
    "THB": (r"泰铢|thb|฿", r"泰铢|thb(?![a-z])|(?:thai )?baht(?![a-z])", "泰铢"),
    "RUB": (r"卢布|rub(?![a-z])", r"卢布|rub(?![a-z])|roubles?(?![a-z])|rubles?(?![a-z])", "卢布"),
    "CNY": (
        r"人民币|(?:rmb|cny|cn)[¥￥]|rmb|cny|[¥￥]",
        r"元(?!旦)|圆|块钱?|大洋|人民币|rmb(?![a-z])|cny(?![a-z])|yuan(?![a-z])|kuai(?![a-z])|renminbi(?![a-z])",
        "人民币",
    ),
}
_NAMES_EN = {
    "HKD": "hong kong dollars?|hkd",
    "AUD": "australian dollars?|aud",
    "CAD": "canadian dollars?|cad",
    "SGD": "singapore dollars?|sgd",
    "USD": "(?:us |u\\.s\\. )?dollars?|usd",
    "EUR": "euros?|eur",
    "GBP": "pounds? sterling|sterling|gbp",
    "JPY": "(?:japanese )?yen|jpy",
    "KRW": "krw|korean won",
    "CHF": "swiss francs?|chf",
    "THB": "baht|thb",
    "RUB": "roubles?|rubles?",
    "CNY": "renminbi|rmb|cny|yuan",
}
CURRENCIES = tuple(_NAMES)
PREFIX = "|".join(before for before, _, _ in _NAMES.values())
SUFFIX = "|".join(after for _, after, _ in _NAMES.values())
_ALONE = {
    code: re.compile(names + (rf"|\b(?:{_NAMES_EN[code]})\b" if code in _NAMES_EN else ""))
    for code, (_, _, names) in _NAMES.items()
}


def currency_before(mark: str) -> str:
    """The currency of a sign or name that stood before a sum."""
    return next((code for code, (before, _, _) in _NAMES.items() if re.fullmatch(before, mark)), "CNY")


def currency_after(mark: str) -> str:
    """The currency of a name that stood after a sum."""
    return next((code for code, (_, after, _) in _NAMES.items() if re.fullmatch(after, mark)), "CNY")


def find_currencies(text: str, taken: "list[Found]") -> "list[Found]":
    """Currencies named without a sum: 美元账户, in euros."""
    found: "list[Found]" = []
    for code, pattern in _ALONE.items():
        for match in pattern.finditer(text):
            if not overlaps(match.start(), match.end(), taken + found):
                found.append(Found("currency", match.start(), match.end(), code))
    return found
