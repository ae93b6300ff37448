"""What the articles' endpoints ask for: the local day, the table of rates, the places of questions."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Request

from knowledge.rates import Rates
from knowledge.yaml_source import ArticleError
from service_api.articles.files import Handbook
from service_api.articles.groups import Places
from service_api.core.edge import Now, TheSettings
from service_api.core.problems import Unavailable


class RatesUnreadable(Unavailable):
    type = "rates-unreadable"
    title = "费率表无法读取"


def _today(now: Now, settings: TheSettings) -> date:
    return now.astimezone(settings.zone).date()


def _rates(request: Request) -> Rates:
    handbook: Handbook = request.app.state.handbook
    try:
        return handbook.rates
    except ArticleError as error:
        raise RatesUnreadable(str(error)) from None


def _places(request: Request) -> Places:
    places: Places = request.app.state.places
    return places


def _engine(request: Request) -> object:
    """The engine, None while there is none: pages must not fail for want of it."""
    index = request.app.state.index
    return None if index.problem else index.engine


Today = Annotated[date, Depends(_today)]
TheRates = Annotated[Rates, Depends(_rates)]
ThePlaces = Annotated[Places, Depends(_places)]
MaybeEngine = Annotated[object, Depends(_engine)]
