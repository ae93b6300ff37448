"""For every place of every door, values that nobody sends in good faith."""

import json
import types
import typing
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from types import NoneType
from typing import Annotated, Any, Literal, Union
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import BaseRoute

UNSEEN = "\x00\ud800\u200b\u202eabc"  # NUL, half a character, no width, right to left
LONG = "x" * 20_000 + "字"  # more than any field takes
HUGE, NO_DIGIT = "9" * 30, "²"
ENDS_OF_TIME = ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00")
TEXTS = ("", UNSEEN, LONG, HUGE, NO_DIGIT, ENDS_OF_TIME[0])
LONGEST_LINE = 3_000  # of an address or a header: more is cut off by the server in front
BY_TYPE: dict[type, tuple[object, ...]] = {
    str: ("", UNSEEN, LONG),
    int: (HUGE, 2**63),
    float: (HUGE, "NaN"),
    date: ENDS_OF_TIME,
    datetime: ENDS_OF_TIME,
}
ANYTHING = (UNSEEN, 2**63, {"x": [UNSEEN]}, None)


@dataclass(frozen=True, slots=True)
class Try:
    """One strange value in one place of an otherwise sensible call."""

    place: str
    value: object
    path: dict[str, str] = field(default_factory=dict)
    call: dict[str, Any] = field(default_factory=dict)  # what replaces its like in the sensible one


def routes_of(app: FastAPI) -> dict[str, APIRoute]:
    """The routes with parameters, by method and whole path."""
    return dict(_routes(app.routes, ""))


def tries_of(route: APIRoute, call: dict[str, Any]) -> Iterator[Try]:
    """Each place by itself: in the path, the query, the headers and the body."""
    parts = list(_parts(route.dependant))
    for name, values in _places_of(parts, "path_params"):
        yield from (Try(f"path {name}", v, path={name: quote(_line(v), safe="")}) for v in values if v)
    for name, values in _places_of(parts, "query_params"):
        known = call.get("params", {})
        yield from (Try(f"query {name}", v, call={"params": {**known, name: _line(v)}}) for v in values)
    for name, values in _places_of(parts, "header_params"):
        yield from (Try(f"header {name}", v, call={"headers": {name: _header(v)}}) for v in values)
    if "json" in call or _model_of(route) is not None:
        yield from _in_json(call.get("json") or {}, _model_of(route))
    if "data" in call:
        yield from _in_form(call["data"], dict(_places_of(parts, "body_params")))


def _in_json(body: Any, model: type[BaseModel] | None) -> Iterator[Try]:
    typed = {(name,): _values(said.annotation) for name, said in model.model_fields.items()} if model else {}
    for place, values in ({place: _values(type(at)) for place, at in _places(body)} | typed).items():
        for value in values:
            sent = {"json": None, "content": json.dumps(_with(body, place, value))}
            yield Try(f"body {place}", value, call={**sent, "headers": {"Content-Type": "application/json"}})


def _in_form(form: dict[str, str], typed: dict[str, tuple[object, ...]]) -> Iterator[Try]:
    for name, values in (dict.fromkeys(form, TEXTS) | typed).items():
        for value in values:
            yield Try(f"form {name}", value, call={"data": {**form, name: sendable(value)}})


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    yield at, value
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield from _places(child, (*at, key))


def _with(value: Any, place: tuple[Any, ...], new: object) -> Any:
    if not place:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    inner = copy[place[0]] if len(place) > 1 else None
    copy[place[0]] = _with(inner, place[1:], new)
    return copy


def _routes(routes: list[BaseRoute], outer: str) -> Iterator[tuple[str, APIRoute]]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _routes(inner.routes, outer + route.include_context.prefix)  # type: ignore[attr-defined]
        elif isinstance(route, APIRoute):
            yield from ((f"{method} {outer}{route.path}", route) for method in route.methods or ())


def _parts(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for part in dependant.dependencies:
        yield from _parts(part)


def _places_of(parts: list[Dependant], kind: str) -> Iterator[tuple[str, tuple[object, ...]]]:
    fields = {p.alias: p.field_info.annotation for part in parts for p in getattr(part, kind)}
    yield from ((name, values) for name, said in sorted(fields.items()) if (values := _values(said)))


def _values(said: Any) -> tuple[object, ...]:
    """What is strange for this type; nothing for one that lets nothing strange in, as a UUID."""
    if typing.get_origin(said) is Annotated:
        return _values(typing.get_args(said)[0])
    if isinstance(said, types.UnionType) or typing.get_origin(said) is Union:
        return max(map(_values, typing.get_args(said)), key=len)
    if isinstance(said, type) and (issubclass(said, bool | uuid.UUID | Enum) or said is NoneType):
        return ()
    return () if typing.get_origin(said) is Literal else BY_TYPE.get(said, ANYTHING)


def _model_of(route: APIRoute) -> type[BaseModel] | None:
    said = route.body_field.field_info.annotation if route.body_field is not None else None
    return said if isinstance(said, type) and issubclass(said, BaseModel) else None


def sendable(value: object) -> str:
    """As bytes can carry it: only JSON can speak of half a character."""
    return str(value).encode("utf-8", "replace").decode()


def _line(value: object) -> str:
    return sendable(value)[:LONGEST_LINE]


def _header(value: object) -> str:
    return _line(value).encode("ascii", "ignore").decode().replace("\x00", "")
