"""Tokens of mixed Chinese and English: a Chinese character each, words, numbers and addresses whole."""

import re
from typing import Any, Dict, List, Text

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.components.values.text import is_cjk, normalise

_PIECE = re.compile(
    r"(?<![a-z0-9._%+-])[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+"
    r"|\d+(?:[.,]\d+)*"
    r"|[a-z]+(?:'[a-z]+)?"
    r"|[\u3400-\u4dbf\u4e00-\u9fff]"
    r"|[^\s\w]"
    r"|[^\W\d_]+"
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class TingTokenizer(Tokenizer):
    """Cuts a text into tokens with the customer's own offsets; the lemma is the normalised form."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Rasa's own settings of a tokenizer; ours needs none."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_"}

    def tokenize(self, message: Message, attribute: Text) -> List[Token]:
        """Tokens of one attribute of the message."""
        return cut(str(message.get(attribute)))


def cut(text: str) -> List[Token]:
    """Tokens of a text; a text without any (blanks) is one token as it stands."""
    plain = normalise(text)
    tokens = [
        Token(text[match.start() : match.end()], match.start(), lemma=_shape(match[0]))
        for match in _PIECE.finditer(plain)
    ]
    return tokens or [Token(text, 0)]


def _shape(piece: str) -> str:
    """Numbers stand for their length and addresses for being one, so that no example is about one number."""
    if "@" in piece:
        return "mailaddress"
    if piece[0].isdigit():
        return f"number{min(len(re.sub(r'[.,]', '', piece)), 12)}"
    return piece


def is_wordlike(lemma: str) -> bool:
    """Whether the token can carry a meaning (not a mark of punctuation)."""
    return lemma[0].isalnum() or is_cjk(lemma[0])
