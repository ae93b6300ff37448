"""Which of the desk's two languages a message is in, or neither when it does not tell."""

import re
from typing import Optional

from bot.components.values.text import is_cjk, normalise

_ASKS_ENGLISH = re.compile(
    r"(?:说|讲|用|换|换成|切换到?|改成|转)(?:为|成|到)?\s?(?:英文|英语)|(?:英文|英语)(?:服务|版|界面)|"
    r"\b(?:in|speak|switch to|change to|use|prefer)\s(?:to\s)?english\b|^english( please)?[.!]?$"
)
_ASKS_CHINESE = re.compile(
    r"(?:说|讲|用|换|换成|切换到?|改成|转|换回|切回)(?:为|成|到)?\s?(?:中文|汉语|普通话)|中文(?:服务|版|界面)|"
    r"\b(?:in|speak|switch to|change to|back to|use|prefer)\s(?:to\s)?(?:chinese|mandarin)\b|"
    r"^(?:中文|chinese( please)?)[.!]?$"
)
_CODE = re.compile(r"^\s*[/\\]|<[^<>]*>|[{}]|\$\{|;\s*--|\b\d+=\d+\b")
"""Commands and pieces of programs: their words are no language that anybody speaks."""
_ADDRESS = re.compile(r"[a-z0-9._%+-]+@[a-z0-9.-]+|\b(?:https?://|www\.)[!-~]+")
_WORD = re.compile(r"[a-z]{2,}(?:'[a-z]+)?")
# Words that people of both languages type, or that are names: they tell nothing.
_NEUTRAL = {
    "ok",
    "okay",
    "hi",
    "hello",
    "hey",
    "bye",
    "yes",
    "no",
    "atm",
    "app",
    "pin",
    "sms",
    "vip",
    "etc",
    "usd",
    "rmb",
    "cny",
    "wechat",
    "alipay",
    "apple",
    "pay",
    "id",
    "pos",
    "qr",
    "haha",
    "emmm",
    "faq",
    "lol",
    "vs",
    "cvv",
    "mb",
    "gps",
    "wifi",
}


def language_of(text: str) -> Optional[str]:
    """ "zh" or "en" when the words tell or ask for one; None for "ok", figures, names and the like."""
    plain = _ADDRESS.sub(" ", normalise(text))
    if _ASKS_ENGLISH.search(plain):
        return "en"
    if _ASKS_CHINESE.search(plain):
        return "zh"
    if _CODE.search(plain) and not any(map(is_cjk, plain)):
        return None
    chinese = sum(is_cjk(character) for character in plain)
    words = [word for word in _WORD.findall(plain) if word not in _NEUTRAL]
    if chinese:
        return "en" if len(words) > 2 * chinese and len(words) >= 4 else "zh"
    return "en" if len(words) >= 2 or any(word in _TELLING for word in words) else None


# Single English words that are a wish on their own.
_TELLING = {
    "complaint",
    "complain",
    "balance",
    "help",
    "cancel",
    "confirm",
    "skip",
    "thanks",
    "agent",
    "human",
    "person",
    "refund",
    "loan",
    "transfer",
    "account",
    "card",
    "verify",
    "goodbye",
    "stop",
    "resend",
    "submit",
    "profile",
    "lost",
    "fraud",
    "representative",
    "operator",
    "nothing",
    "sorry",
    "please",
    "english",
    "yesterday",
    "today",
}
