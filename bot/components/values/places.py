"""Branches named by a customer: 浦东支行, the Nanjing Road branch. The desk knows which of them exist."""

import re

from bot.components.values.found import Found, overlaps

_KIND = r"(?:支行|分行营业部|分行|营业部|分理处|营业厅|网点|营业所)"
_ZH = re.compile(rf"(?P<name>[\u4e00-\u9fff]{{2,12}}?){_KIND}")
# Where a name begins at the latest: words that stand before one and are no part of it.
_BEFORE = re.compile(
    r".*(?:就在|位于|这家|那家|[一哪某]个|这个|来到|跑到|去了|到了|你们|我们|他们|咱们|贵行|你行|[在去到于从往离找给跟和是的了我你他她它这那某吗呢吧被让请问,])"
)
_NO_NAME = re.compile(
    r"最近|附近|就近|哪|什么|一家|任意|任何|当地|本地|周边|其他|其它|别的|所有|全部|每|各|线下|银行|开户|大|小|新|老|"
    r"有|没|要|查|办|想|怎么|可以|能|多少|几|支行|指定|该|此|原|同|不|旁|边|都|都是|人工|柜台"
)
_EN = re.compile(
    r"\b(?P<name>(?:[a-z][a-z'’.-]* ){1,3})(?:sub-?branch|branch)\b(?! (?:is|are|hours?|near)\b)?"
)
_NO_NAME_EN = re.compile(
    "a|all|an|and|another|any|at|bank|bank's|by|called|certain|closed|closest|did|different|do|does|"
    "each|every|find|for|from|go|her|his|home|how|i|in|inside|is|it|local|main|me|my|near|near-by|"
    "nearby|nearest|new|no|of|old|one|open|opened|opening|or|other|our|particular|physical|same|some|"
    "specific|that|the|their|they|this|tinglan|to|visit|was|we|went|what|when|where|which|whose|with|"
    "you|your|your's"
)


def find_branches(original: str, text: str, taken: "list[Found]") -> "list[Found]":
    """Branches with a name of their own, as the customer wrote it; 最近的支行 names none."""
    found: "list[Found]" = []
    for match in _ZH.finditer(text):
        start = match.start("name")
        cut = _BEFORE.match(match["name"])
        start += cut.end() if cut else 0
        name = text[start : match.end("name")]
        if len(name) >= 2 and not _NO_NAME.match(name):
            _keep(start, match.end(), original, taken, found)
    for match in _EN.finditer(text):
        words = match["name"].split()
        named = 0
        while named < len(words) and not _NO_NAME_EN.fullmatch(words[-1 - named]):
            named += 1
        if named:
            start = match.end("name") - len(" ".join(words[-named:])) - 1
            _keep(start, match.end(), original, taken, found)
    return found


def _keep(start: int, end: int, original: str, taken: "list[Found]", found: "list[Found]") -> None:
    if not overlaps(start, end, taken + found):
        found.append(Found("branch", start, end, original[start:end]))
