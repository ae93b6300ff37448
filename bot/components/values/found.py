"""What every finder of values gives back."""

from dataclasses import dataclass, field
from typing import Union

Value = Union[str, dict[str, str]]


@dataclass(frozen=True)
class Found:
    """One value in a text; `start` and `end` are offsets of the customer's own text."""

    entity: str
    start: int
    end: int
    value: Value
    details: dict[str, str] = field(default_factory=dict)


def overlaps(start: int, end: int, taken: "list[Found]") -> bool:
    """Whether the span touches a value that was already found."""
    return any(start < other.end and other.start < end for other in taken)
