"""Whether a customer asks to wait, which is neither a wish nor a failure: 稍等, "hold on a sec". Pure."""

import re
from typing import Optional

from bot.components.values.text import normalise

_WAITS = re.compile(
    r"^(?:好的?|嗯+|请|麻烦|你|您|先|那)*[，, ]*"
    r"(?:等一?下下?|等一等|等等|稍等一?下?|稍候|等会儿?|等我|等俺|待会儿?|"
    r"慢点|别急|别催|马上(?:回来|就来|就好)|(?:先)?(?:别|不要)挂(?:断|电话|机)?|马上(?=[\s,，]*(?:我|去|先)*(?:找|拿|翻|取))|"
    r"(?:让|容)我(?:先|再)?(?:想|找|看|查|翻|拿)|"
    r"我(?:先|去|来)+(?:想|找|看|查|翻|拿|取)|我(?:想|找)(?:一?想|一?找|一下))"
    r"|^(?:ok(?:ay)?|please|sorry|yes|sure|just)?[, ]*"
    r"(?:hang on|hold on|hold please|bear with me|wait\b|brb\b|"
    r"be right back|(?:i'?ll be )?back in (?:a|one|two|five|\d+)\b|"
    r"(?:just |give me |only )?(?:one|a|1|two|2) (?:moment|second|sec|minute|min|tick|mo)s?\b|"
    r"(?:half a|in a) (?:mo|sec|jiffy|tick)\b|"
    r"let me (?:find|look|check|see|get|think|grab)\b)"
)
_NO_MORE = re.compile(
    r"(?:一?下|一会儿?|想|找|哦|啊|吧|呢|哈|我|谢谢|please|thanks?(?: you)?|for me|"
    r"an?|one|moment|sec(?:ond)?|min(?:ute)?|"
    r"[\W_])*"
)
_THINGS = (
    r"(?:银行|信用|储蓄)?卡|手机|身份证|证件?|(?:老花)?眼镜|电话|短信|账单|单子|回单|凭证|截图|照片|笔|纸|本子|号码?|密码|"
    r"合同|存折|材料|资料|东西|(?:钱)?包|电脑|充电器|快递|孩子|门"
)
_THINGS_EN = (
    r"cards?|phone|i\.?d\.?|passport|glasses|specs|papers?|statements?|bills?|letters?|pen|charger|laptop|wallet|"
    r"purse|bag|contract|receipts?|screenshots?|photos?|number|details|door|kids?|baby"
)
_FETCHING = re.compile(
    r"(?:[\s,，。.!！啊哈哦呀]|我|俺|先|去|来|得|要|再|正|在|这就)*"
    r"(?:(?:找|拿|取|翻|看|查|接|戴|哄|充)(?:一?下|个|一个|我的|那张|张|下我的|一下我的)*"
    rf"(?:{_THINGS})|(?:孩子|宝宝|小孩)(?:在)?[哭闹]|有人(?:敲门|找我|叫我)|(?:来|有)(?:个)?电话|门铃响)"
    r"(?:了|啊|哈|吧|先|去|呢|一下|[\s,，。.!！~])*"
    r"|(?:[\s,.!-]|i|i'm|am|just|need|needs?|have|has|got|must|will|to|while|as|and|my|the|a|for|let|me|"
    r"get|getting|find|finding|fetch|fetching|grab|grabbing|look|looking|checking|answer|answering)*"
    rf"(?:\b(?:{_THINGS_EN})|(?:kid|baby|child|little one)(?:'s| is) crying|"
    r"(?:someone|somebody)(?:'s| is) at the door|"
    r"(?:the )?(?:phone|doorbell)(?:'s| is) ringing)[\s,.!]*"
)
_MENDS = re.compile(
    r"不对|错|改|别|不要|^再|[见聊][吧哦啦。!！~]*$|\b(?:wrong|actually|change|not|no|until|till)\b|n't\b"
)
_BRIEF = {"zh": 20, "en": 60}


def rest_after_wait(text: str) -> Optional[str]:
    """What else a short request to wait says; None when it asks for no such thing.

    "" for nothing, or nothing but what the customer goes to fetch meanwhile.
    """
    plain = normalise(text).strip()
    waits = _WAITS.search(plain)
    if not waits or len(plain) > _BRIEF["en" if plain.isascii() else "zh"]:
        return None
    rest = plain[waits.end() :].strip()
    if _NO_MORE.fullmatch(rest) or _FETCHING.fullmatch(rest):
        return ""
    return None if _MENDS.search(rest) else rest
