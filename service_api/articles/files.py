"""The reviewed articles of the files: read into the database when they have changed, and written back."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import structlog
import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

import knowledge
from knowledge.article import load_articles
from knowledge.rates import Rates, load_rates
from service_api.articles import content as contents
from service_api.articles.content import Content
from service_api.articles.drafting import add_version, describe
from service_api.articles.models import ArticleCatalogue, ArticleVersion, FaqArticle
from service_api.articles.shelf import say_changed
from service_api.audit.service import SYSTEM, record
from service_api.core.database import Database
from service_api.core.upsert import insert_once

log = structlog.get_logger(__name__)
OWN_FILES = Path(knowledge.__file__).with_name("faq")


@dataclass
class Handbook:
    """The folder of articles and its table of rates, read again when a file has changed."""

    folder: Path = OWN_FILES
    _lock: Lock = field(default_factory=Lock)
    _rates: tuple[str, Rates] | None = None

    def files_hash(self) -> str:
        """Of all files, names and content: the same on every machine."""
        digest = hashlib.sha256()
        for path in sorted(self.folder.glob("*.yml")):
            digest.update(f"{path.name}\0".encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()

    @property
    def rates(self) -> Rates:
        """Raises `ArticleError` for a table that cannot be read."""
        mark = "".join(
            f"{path.name}{path.stat().st_mtime_ns}" for path in sorted(self.folder.glob("_rates*.yml"))
        )
        with self._lock:
            if self._rates is None or self._rates[0] != mark:
                self._rates = (mark, load_rates(self.folder))
            return self._rates[1]

    def contents(self) -> dict[str, Content]:
        """Every article by id, as it stands in its file. Raises `ArticleError` naming file and line."""
        files = sorted(self.folder.glob("[!_]*.yml"))
        if files:
            load_articles(self.folder)
        found: dict[str, Content] = {}
        for path in files:
            for item in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
                found[item["id"]] = whole(contents.tidied(item))
        return found


def handbook_of(articles_dir: str) -> Handbook:
    """The folder that the setting names, or the articles that come with Ting."""
    return Handbook(Path(articles_dir)) if articles_dir else Handbook()


def whole(content: Content) -> Content:
    """With the fields that a file may leave out, so that equal articles are equal."""
    return contents.tidied({"effective_to": None, "actions": [], "conditions": [], **content})


def read_files(database: Database, handbook: Handbook, *, today: date, now: datetime) -> bool:
    """Take the files over when they have changed since they were read last. True when something changed.

    A text that the desk has not touched is replaced at once: the files are reviewed like code. One that the
    desk has published its own version of is offered to the desk instead. An article that left the files is
    retired, unless the desk has made it its own.
    """
    digest = handbook.files_hash()
    with database.reading() as session:
        if session.scalar(select(ArticleCatalogue.files_hash)) == digest:
            return False
    found = handbook.contents()
    with database.writing() as session:
        insert_once(session, ArticleCatalogue, {"id": 1, "stamp": 0, "files_hash": ""}, unique=("id",))
        catalogue = session.get_one(ArticleCatalogue, 1, with_for_update=True, populate_existing=True)
        if catalogue.files_hash == digest:
            return False
        changed = _take_over(session, found, today=today, now=now)
        session.get_one(ArticleCatalogue, 1, populate_existing=True).files_hash = digest
    log.info("article files read", articles=len(found), changed=changed)
    return True


def _take_over(session: Session, found: dict[str, Content], *, today: date, now: datetime) -> int:
    articles = {one.id: one for one in session.scalars(select(FaqArticle).order_by(FaqArticle.id))}
    latest = _latest_versions(session)
    changed: list[str] = []
    for id, content in found.items():
        article = articles.get(id)
        if article is None:
            article = FaqArticle(id=id, topic=content["topic"], last_number=0, revision=1, changed_at=now)
            session.add(article)
            session.flush()
        if _take(session, article, content, latest.get(id), today=today, now=now):
            changed.append(id)
    gone = [one for id, one in articles.items() if id not in found and _left_to_files(one, latest.get(id))]
    for article in gone:
        article.retired_at, article.changed_at, article.revision = now, now, article.revision + 1
    if changed or gone:
        facts = {"changed": len(changed), "gone": [one.id for one in gone][:50]}
        record(
            session, by=SYSTEM, action="article.files_read", subject=("article", "files"), now=now, **facts
        )
        say_changed(session)
    return len(changed) + len(gone)


def _take(
    session: Session,
    article: FaqArticle,
    content: Content,
    versions: dict[str, ArticleVersion] | None,
    *,
    today: date,
    now: datetime,
) -> bool:
    versions = versions or {}
    published, from_file = versions.get("published"), versions.get("file")
    back = article.retired_at is not None and article.retired_by is None
    known = from_file is not None and from_file.content == content
    same = published is not None and whole(published.content) == content
    if not back and (known or same):
        return False
    article.changed_at, article.revision = now, article.revision + 1
    if published is not None and (published.origin != "file" or article.retired_by is not None):
        offer = add_version(session, article, content=content, state="offered", origin="file", now=now)
        if (older := versions.get("offered")) is not None:
            older.state, older.decided_at = "discarded", now
        article.offered_number = offer.number
        return True
    starts_on = max(date.fromisoformat(content["effective_from"]), today)
    if published is None:  # the first text of a new desk holds since its own first day
        starts_on = date.fromisoformat(content["effective_from"])
    version = add_version(
        session, article, content=content, state="published", origin="file", now=now, starts_on=starts_on
    )
    article.published_number, article.retired_at = version.number, None
    describe(article, content)
    return True


def _latest_versions(session: Session) -> dict[str, dict[str, ArticleVersion]]:
    """By article the newest published, the newest from a file, and the offered version."""
    found: dict[str, dict[str, ArticleVersion]] = {}
    for version in session.scalars(
        select(ArticleVersion).order_by(ArticleVersion.article_id, ArticleVersion.number)
    ):
        mine = found.setdefault(version.article_id, {})
        if version.state in {"published", "offered"}:
            mine[version.state] = version
        if version.origin == "file":
            mine["file"] = version
    return found


def _left_to_files(article: FaqArticle, versions: dict[str, ArticleVersion] | None) -> bool:
    published = (versions or {}).get("published")
    return published is not None and published.origin == "file" and article.retired_at is None


def as_yaml(content: Content) -> str:
    """One article as a file holds it: an item of a list, long lines left whole."""
    plain: dict[str, Any] = {key: value for key, value in content.items() if key != "conditions" or value}
    for key in ("effective_from", "effective_to", "review_by"):
        if plain.get(key):
            plain[key] = date.fromisoformat(plain[key])
    text: str = yaml.safe_dump(
        [plain], allow_unicode=True, sort_keys=False, width=10**6, default_flow_style=False
    )
    return text
