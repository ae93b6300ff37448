"""One step in the life of an article, by name: for the API and the buttons of the pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge.article import Article
from knowledge.rates import Rates
from service_api.articles import drafting, twins
from service_api.articles.content import InvalidArticle, finished
from service_api.articles.drafting import in_review, open_version
from service_api.articles.models import FaqArticle
from service_api.articles.shelf import shelf_on
from service_api.staff.service import SignedIn


@dataclass(frozen=True, slots=True)
class Press:
    """A step asked for: on which article, by whom."""

    session: Session
    article: FaqArticle
    me: SignedIn
    rates: Rates
    today: date
    now: datetime
    remark: str = ""


def submit(press: Press) -> None:
    """Raises `InvalidArticle` when it is not whole, or says what another article says word for word."""
    draft = open_version(press.session, press.article)
    if draft is not None:
        _must_stand_alone(press, finished(draft.content, press.rates))
    drafting.submit(press.session, press.me, press.article, rates=press.rates, now=press.now)


def publish(press: Press) -> None:
    version = in_review(press.session, press.article)
    _must_stand_alone(press, finished(version.content, press.rates))
    drafting.publish(
        press.session, press.me, press.article, rates=press.rates, today=press.today, now=press.now
    )


def give_back(press: Press) -> None:
    drafting.give_back(press.session, press.me, press.article, remark=press.remark, now=press.now)


def _plain(step: Callable[..., None]) -> Callable[[Press], None]:
    return lambda press: step(press.session, press.me, press.article, now=press.now)


STEPS: dict[str, Callable[[Press], None]] = {
    "submit": submit,
    "give_back": give_back,
    "publish": publish,
    "discard": _plain(drafting.discard),
    "retire": _plain(drafting.retire),
    "take_offer": _plain(drafting.take_offer),
    "refuse_offer": _plain(drafting.refuse_offer),
}


def _must_stand_alone(press: Press, article: Article) -> None:
    others = shelf_on(press.session, press.today, press.rates).articles.values()
    errors = [
        {"field": _field_of(one.message), "message": f"{one.message} ({', '.join(one.articles)})"}
        for one in twins.findings_about(article, others)
        if one.severity == "error"
    ]
    if errors:
        raise InvalidArticle(errors=errors)


def _field_of(message: str) -> str:
    language = message.partition(":")[0]
    return f"{language}.phrasings" if language in {"zh", "en"} else "article"
