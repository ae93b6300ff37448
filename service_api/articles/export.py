"""What the desk has published goes back into the files, for review like any change of them."""

from pathlib import Path

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.articles.content import Content
from service_api.articles.files import Handbook, as_yaml, whole
from service_api.articles.models import ArticleVersion, FaqArticle


def export(session: Session, handbook: Handbook) -> list[str]:
    """Write every published text that differs from its file; the ids written.

    Only the lines of those articles change; new ones are put at the end of their topic's file. Retired
    articles stay in their files: taking them out is a decision of the review.
    """
    there = handbook.contents()
    written = []
    for id, content in _published(session).items():
        if there.get(id) == content:
            continue
        place = _place_of(handbook.folder, id)
        if place is None:
            _append(handbook.folder / f"{content['topic']}.yml", content)
        else:
            _replace(*place, content)
        written.append(id)
    return written


def _published(session: Session) -> dict[str, Content]:
    """The newest published text of each article that is not retired."""
    rows = session.execute(
        select(FaqArticle.id, ArticleVersion.content)
        .join(
            ArticleVersion,
            (ArticleVersion.article_id == FaqArticle.id)
            & (ArticleVersion.number == FaqArticle.published_number),
        )
        .where(FaqArticle.retired_at.is_(None))
        .order_by(FaqArticle.id)
    )
    return {id: whole(content) for id, content in rows}


def _place_of(folder: Path, id: str) -> tuple[Path, int, int] | None:
    """File, first line, and the line behind the last one of an article."""
    for path in sorted(folder.glob("[!_]*.yml")):
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        nodes = root.value if isinstance(root, yaml.SequenceNode) else []
        for number, node in enumerate(nodes):
            if any(key.value == "id" and value.value == id for key, value in node.value):
                following = (
                    nodes[number + 1].start_mark.line if number + 1 < len(nodes) else node.end_mark.line
                )
                return path, node.start_mark.line, following
    return None


def _replace(path: Path, first: int, following: int, content: Content) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines[:first], as_yaml(content), *lines[following:]]), encoding="utf-8")


def _append(path: Path, content: Content) -> None:
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    gap = "" if not before or before.endswith("\n") else "\n"
    path.write_text(f"{before}{gap}{as_yaml(content)}", encoding="utf-8")
