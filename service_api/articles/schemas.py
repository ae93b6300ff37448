"""What a search of the articles answers."""

from typing import Literal

from pydantic import BaseModel


class ArticleView(BaseModel):
    """`actions` are what the assistant may offer beside the answer."""

    id: str
    question: str
    answer: str
    actions: list[str]


class SearchView(BaseModel):
    """`answer` comes with one article, `suggestions` with up to three to choose from, `none` with nothing."""

    outcome: Literal["answer", "suggestions", "none"]
    confidence: float
    language: Literal["zh", "en"]
    articles: list[ArticleView]
