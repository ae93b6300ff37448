"""Changes of an article carry the revision that their author saw."""

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from service_api.core.problems import Malformed, Problem

_ETAG = re.compile(r'(?:W/)?"r(\d{1,9})"')


class RevisionNeeded(Problem):
    status = 428
    type = "version-needed"
    title = "缺少版本号"


class BadEtag(Malformed):
    type = "bad-etag"
    title = "版本号无效"


class StaleArticle(Problem):
    status = 412
    type = "stale-version"
    title = "该文章已被他人更新，请刷新后重试"


def _seen(if_match: Annotated[str | None, Header()] = None) -> int:
    if if_match is None:
        raise RevisionNeeded("send the ETag of the article as If-Match")
    match = _ETAG.fullmatch(if_match.strip())
    if match is None:
        raise BadEtag
    return int(match[1])


Seen = Annotated[int, Depends(_seen)]


def put_etag(response: Response, revision: int) -> None:
    response.headers["ETag"] = f'"r{revision}"'
