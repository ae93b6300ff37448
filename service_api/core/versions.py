"""Optimistic locking: a change carries the version that its author saw (RFC 9110 §13.1.1, If-Match)."""

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from service_api.core.problems import Malformed, Problem

_ETAG = re.compile(r'(?:W/)?"v(\d{1,9})"')


class VersionNeeded(Problem):
    status = 428
    type = "version-needed"
    title = "缺少版本号"


class BadEtag(Malformed):
    type = "bad-etag"
    title = "版本号无效"


class StaleVersion(Problem):
    """Somebody else changed it meanwhile; `version` is the one that holds now."""

    status = 412
    type = "stale-version"
    title = "内容已被他人更新，请刷新后重试"


def _expected(if_match: Annotated[str | None, Header()] = None) -> int:
    if if_match is None:
        raise VersionNeeded("send the ETag of what you change as If-Match")
    match = _ETAG.fullmatch(if_match.strip())
    if match is None:
        raise BadEtag
    return int(match[1])


Expected = Annotated[int, Depends(_expected)]


def check_version(version: int, *, expected: int | None) -> None:
    """Raises `StaleVersion` when it has changed since the caller saw it. None expects nothing."""
    if expected is not None and version != expected:
        raise StaleVersion(version=version)


def put_etag(response: Response, version: int) -> None:
    response.headers["ETag"] = f'"v{version}"'
