"""Training the small Chinese model on the phrasings themselves: seconds, and nothing is fetched."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from knowledge.embedder import Vectors, pieces

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer
    from torch import Tensor

DIMENSION = 256
BATCHES = 150
LEARNING_RATE = 1.2e-2
LARGEST_BATCH = 400


def train_characters(
    groups: Sequence[Sequence[str]], *, seed: int = 0, batches: int = BATCHES
) -> SentenceTransformer:
    """A sentence-transformers model in which the phrasings of one group lie together.

    Starts from the SVD of the phrasings (a random start loses three points); then in-batch negatives, one
    pair per group and batch.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    groups = [[pieces(text) for text in group] for group in groups]
    texts = [text for group in groups for text in group]
    tokenizer = _tokenizer(texts)
    read = {text: tokenizer.encode(text, add_special_tokens=False).ids for text in texts}
    static = StaticEmbedding(tokenizer, embedding_weights=_first_rows(tokenizer, texts))
    model = SentenceTransformer(modules=[static, Normalize()], device="cpu")
    trainable = [group for group in groups if len(group) > 1]
    if len(trainable) < 2:
        return model
    loss = MultipleNegativesRankingLoss(model)
    optimizer = torch.optim.AdamW(static.parameters(), lr=LEARNING_RATE, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / batches)
    model.train()
    for sides in _pairs(trainable, batches=batches, seed=seed):
        features = [_features([read[text] for text in side]) for side in sides]
        optimizer.zero_grad()
        loss(features, torch.empty(0)).backward()
        optimizer.step()
        schedule.step()
    model.eval()
    return model


def save_model(model: SentenceTransformer, directory: Path) -> None:
    """Write the model as sentence-transformers reads it, without a model card."""
    model.save(str(directory), create_model_card=False)


def _tokenizer(texts: Sequence[str]) -> Tokenizer:
    from tokenizers import Tokenizer, normalizers, pre_tokenizers
    from tokenizers.models import WordLevel

    known = sorted({token for text in texts for token in text.split()})
    vocabulary = {"[UNK]": 0} | {token: number for number, token in enumerate(known, start=1)}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106 - not a secret
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return tokenizer


def _first_rows(tokenizer: Tokenizer, texts: Sequence[str]) -> Vectors:
    from scipy.sparse import csr_matrix
    from sklearn.utils.extmath import randomized_svd

    ids = [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
    size = tokenizer.get_vocab_size()
    rows = np.zeros((size, DIMENSION), dtype=np.float32)
    columns = np.array([token for found in ids for token in found], dtype=np.int64)
    lines = np.repeat(np.arange(len(ids)), [len(found) for found in ids])
    counts = csr_matrix((np.ones(len(columns), np.float32), (lines, columns)), shape=(len(ids), size))
    idf = np.log((1 + len(texts)) / (1 + np.asarray((counts > 0).sum(axis=0)).ravel())) + 1
    weighted = counts.multiply(idf).tocsr()
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    weighted = weighted.multiply(1 / np.maximum(lengths, 1e-9)[:, None]).tocsr()
    kept = min(DIMENSION, *(side - 1 for side in weighted.shape))
    if kept >= 1:
        _, _, directions = randomized_svd(weighted, kept, n_iter=4, random_state=0)
        rows[:, :kept] = directions.T * idf[:, None]
    rows[0] = 0.0
    return rows


def _features(rows: Sequence[Sequence[int]]) -> dict[str, Tensor]:
    """What the model's own `preprocess` would give; every text is read once, not in every batch."""
    import torch

    ends = np.cumsum([len(row) for row in rows])
    return {
        "input_ids": torch.from_numpy(np.concatenate(rows).astype(np.int64)),
        "offsets": torch.from_numpy(np.concatenate([[0], ends[:-1]]).astype(np.int64)),
    }


def _pairs(groups: Sequence[Sequence[str]], *, batches: int, seed: int) -> list[tuple[list[str], list[str]]]:
    dice = random.Random(seed)  # noqa: S311 - training order, not security
    made = []
    for _ in range(batches):
        chosen = dice.sample(groups, LARGEST_BATCH) if len(groups) > LARGEST_BATCH else groups
        pairs = [dice.sample(list(group), 2) for group in chosen]
        made.append(([first for first, _ in pairs], [second for _, second in pairs]))
    return made
