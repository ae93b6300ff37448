"""The composition root of the web process: settings, database, clock, rooms, pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version

import httpx
from fastapi import FastAPI

from service_api import health, seed
from service_api.articles import api as articles
from service_api.articles import feedback_api as article_feedback
from service_api.articles import staff_api as staff_articles
from service_api.articles import unanswered_api as unanswered
from service_api.articles.files import handbook_of
from service_api.articles.follower import Follower
from service_api.articles.groups import Places
from service_api.articles.index import LiveIndex, OpenEngine, engine_in
from service_api.articles.shelf import CHANGED
from service_api.channels import answer_feedback, socket, web
from service_api.channels import demo as demo_controls
from service_api.channels import files_api as chat_files
from service_api.channels.bell import Bell
from service_api.channels.gateway import Gateway
from service_api.channels.origins import Doors, parse_origins
from service_api.channels.people import people_now
from service_api.channels.rasa import Rasa
from service_api.channels.visitors import Visitors
from service_api.channels.wechat import api as wechat_posts
from service_api.channels.wechat import staff_api as wechat_desk
from service_api.channels.wechat.channel import wechat
from service_api.complaints import api as complaints
from service_api.complaints import attachment_api as attachments
from service_api.complaints import case_api as cases
from service_api.complaints import handlers_api as handlers
from service_api.complaints import staff_api as staff_complaints
from service_api.console import articles as article_pages
from service_api.console import calendar as calendar_pages
from service_api.console import dead_letters, stand_ins, supervision
from service_api.console import rules as rule_pages
from service_api.console import unanswered as unanswered_pages
from service_api.conversations import api as conversations
from service_api.conversations import callbacks_api as callbacks
from service_api.conversations import desk_api
from service_api.conversations import drafts_api as drafts
from service_api.conversations import rating_api as ratings
from service_api.conversations.hours import OfficeHours
from service_api.core.clock import Clock, DemoClock, SystemClock
from service_api.core.database import Database
from service_api.core.frame import Frame
from service_api.core.logging import set_up_logging
from service_api.core.problems import install_problem_handlers
from service_api.customers.sms import DemoSms, NoSms
from service_api.desk import complaint_files, complaint_offers, deeds, filing, find, live, media, ready_pages
from service_api.desk import complaints as desk_complaints
from service_api.desk import composer as desk_composer
from service_api.desk import conversations as desk_conversations
from service_api.escalation import api as escalation
from service_api.escalation import rules_api as rules
from service_api.escalation.bank_days import BankDays
from service_api.escalation.service import DeskClocks
from service_api.improvements import api as improvements
from service_api.notifications import api as notifications
from service_api.reports import api as reports
from service_api.settings import Settings, load_settings
from service_api.staff import api as staff
from service_api.staff import members_api as staff_members
from service_api.staff.oidc import Provider
from service_api.web import account, sign_in
from service_api.web.pages import install_pages


def create_app(
    settings: Settings | None = None,
    *,
    database: Database | None = None,
    clock: Clock | None = None,
    assistant: httpx.AsyncBaseTransport | None = None,
    engine: OpenEngine | None = None,
) -> FastAPI:
    """Build the app. Tests hand in a database, a frozen clock and the way to a stand-in of the assistant."""
    own = settings or load_settings()
    db = database or Database(own.database_address)
    app = rooms(demo=own.demo)
    furnish(
        app,
        own,
        db,
        clock or (DemoClock(db) if own.demo else SystemClock()),
        assistant=assistant,
        engine=engine,
    )
    app.state.closes_database = database is None
    return app


def rooms(*, demo: bool) -> FastAPI:
    """Every room's routes, without what they work with: `furnish` puts that in."""
    app = FastAPI(title="Ting 听", version=_version(), lifespan=_lifespan, docs_url=None, redoc_url=None)
    install_problem_handlers(app)
    app.add_middleware(Doors)
    app.add_middleware(Frame)
    desk = (
        complaints,
        staff_complaints,
        cases,
        attachments,
        handlers,
        escalation,
        rules,
        improvements,
        notifications,
        reports,
    )
    talks = (
        conversations,
        desk_api,
        callbacks,
        drafts,
        ratings,
        web,
        chat_files,
        socket,
        wechat_posts,
        wechat_desk,
    )
    knowledge = (articles, unanswered, article_feedback, staff_articles, answer_feedback)
    for room in (health, staff, staff_members, *knowledge, *desk, *talks):
        app.include_router(room.router)
    if demo:
        app.include_router(demo_controls.router)
    install_pages(app)
    at_desk = (deeds, live, desk_composer, find, filing, media, ready_pages)
    rule_rooms = (calendar_pages, stand_ins, rule_pages, dead_letters)
    knowledge_pages = (article_pages, unanswered_pages)
    for pages in (
        *knowledge_pages,
        *rule_rooms,
        sign_in,
        account,
        complaint_files,
        complaint_offers,
        desk_complaints,
        desk_conversations,
        *at_desk,
    ):
        app.include_router(pages.router)
    for router in supervision.ROUTERS:
        app.include_router(router)
    return app


def furnish(
    app: FastAPI,
    settings: Settings,
    database: Database,
    clock: Clock,
    *,
    assistant: httpx.AsyncBaseTransport | None = None,
    engine: OpenEngine | None = None,
) -> None:
    """Put in place what the rooms' endpoints find in `app.state`."""
    machine = SystemClock()
    state = app.state
    state.settings = settings
    state.database = database
    state.closes_database = False
    state.clock = clock
    state.deadlines = DeskClocks()
    state.provider = Provider(settings, machine) if settings.oidc_issuer else None
    state.demo_sign_ins = seed.SIGN_INS if settings.demo else ()
    state.sms = DemoSms() if settings.demo else NoSms()
    state.office_hours = OfficeHours.parse(settings.office_hours, settings.zone)
    state.working_day = BankDays(database, state.deadlines.profiles)
    database.after_write(state.working_day.after_write)
    state.handbook, state.places = handbook_of(settings.articles_dir), Places()
    index = settings.data_dir / "index"
    state.index = LiveIndex(
        engine or engine_in(index, today=lambda: clock.now().astimezone(settings.zone).date()),
        None if engine else Follower(database, clock, settings.zone, state.handbook, index),
    )
    live_index: LiveIndex = state.index
    database.after_write(lambda session: live_index.look_again() if session.info.get(CHANGED) else None)
    state.rasa = Rasa(settings, transport=assistant)
    state.bell = Bell(database, machine)
    state.gateway = Gateway(
        database,
        state.rasa,
        clock=clock,
        machine=machine,
        timeout=timedelta(seconds=settings.rasa_timeout_seconds),
        hours=state.office_hours,
        working_day=state.working_day,
    )
    state.wechat = wechat(settings, database, state.gateway, clock=clock, machine=machine)
    database.after_write(state.bell.after_write)
    state.chat_origins = parse_origins(settings.chat_origins)
    state.visitors = Visitors.of(
        settings,
        database=database,
        clock=clock,
        machine=machine,
        gateway=state.gateway,
        when_people=lambda now: people_now(state.office_hours, now, working_day=state.working_day),
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state = app.state
    set_up_logging(level=state.settings.log_level, process="web")
    state.index.start()
    state.bell.start()
    state.gateway.start()
    if state.wechat is not None:
        state.wechat.start()
    yield
    await state.gateway.stop()
    if state.wechat is not None:
        await state.wechat.stop()
    await state.bell.stop()
    await state.rasa.close()
    state.index.stop()
    if state.closes_database:
        state.database.close()


def _version() -> str:
    try:
        return version("ting")
    except PackageNotFoundError:
        return "0.1.0"
