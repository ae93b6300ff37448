"""Which button of a menu is meant by what was typed: `2`, `②`, 第二个, "the second one", 最后一个."""

import re
import unicodedata

LAST = -1
_CHINESE = "一二三四五六七八九"
_ENGLISH = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_POLITE = re.compile(
    r"^(?:我|就|要|选择?(?!项)|点|那就|嗯|请|[\s，,]|"
    r"(?:i(?:'ll| will)? (?:take|choose|pick|want)|let'?s take|pick|choose)\b)+"
    r"|(?:吧|好了|谢谢|please|thanks|[\s，,。.!！、)\]])+$"
)
_BY_FIGURE = re.compile(
    r"\(?(?:第|选项|option|number|no\.?|#)?\s*(\d{1,2})\s*(?:[个项号条](?:选项)?|(?:st|nd|rd|th)(?: one)?)?"
)
_BY_WORD = re.compile(rf"(?:第|选项)([{_CHINESE}])[个项号条]?(?:选项)?|([{_CHINESE}])")
_BY_ENGLISH = re.compile(rf"(?:the\s+)?({'|'.join(_ENGLISH)})(?:\s+(?:one|option|choice))?")
_LAST = re.compile(r"最后(?:面)?(?:那)?一?[个项条]|倒数第[一1]个|(?:the\s+)?last(?:\s+(?:one|option|choice))")


def place_typed(text: str) -> int | None:
    """The place in a menu, from 1, or `LAST`; None for whatever says more, or something else."""
    typed = unicodedata.normalize("NFKC", text).lower().replace("\ufe0f", "").replace("\u20e3", "")
    typed = _POLITE.sub("", typed.strip()).strip()
    if _LAST.fullmatch(typed):
        return LAST
    if figure := _BY_FIGURE.fullmatch(typed):
        return int(figure[1])
    if word := _BY_WORD.fullmatch(typed):
        return _CHINESE.index(word[1] or word[2]) + 1
    if english := _BY_ENGLISH.fullmatch(typed):
        return _ENGLISH.index(english[1]) + 1
    return None
