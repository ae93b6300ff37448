"""Files that people send to a customer in WeChat: pictures as pictures, everything else by an address.

A customer-service message can be a picture but no document, so a document goes as words with a link to us.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from service_api.channels.file_links import FileLinks
from service_api.channels.files import WECHAT_PICTURES, files_at
from service_api.conversations.models import Conversation
from service_api.conversations.schemas import MessageView
from service_api.core.files import kept_file
from service_api.core.i18n import say

LARGEST_PICTURE = 10 * 2**20


@dataclass(frozen=True, slots=True)
class Picture:
    """Goes as a picture; `file_id` names its content."""

    file_id: uuid.UUID
    name: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What stands in the message instead of its words, and the picture it is, if it is one.

    The words of a picture are used when the platform will not take it; empty, when there is no address.
    """

    words: str
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Enclosures:
    """One per process."""

    folder: Path
    links: FileLinks

    def of(
        self, session: Session, talk: Conversation, views: Sequence[MessageView], *, now: datetime
    ) -> Mapping[int, Enclosed]:
        """What people sent with these messages, by number."""
        seqs = [view.seq for view in views if view.author == "agent"]
        texts = {view.seq: view.text for view in views}
        found = files_at(session, talk.id, seqs) if seqs else {}
        enclosed = {}
        for seq, file in found.items():
            link = self.links.link_to(file.id, now=now)
            words = say(talk.language, "wechat_file", text=texts[seq], link=link) if link else ""
            shown = file.media_type in WECHAT_PICTURES and file.size <= LARGEST_PICTURE
            picture = Picture(file.id, file.name, file.media_type) if shown else None
            enclosed[seq] = Enclosed(words or ("" if picture else texts[seq]), picture)
        return enclosed

    def content(self, picture: Picture) -> bytes:
        """Raises `OSError`."""
        return kept_file(self.folder, picture.file_id)
