"""Put the channel together from the settings; None everywhere when the bank has no official account."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from service_api.channels.file_links import FileLinks
from service_api.channels.files import FOLDER as SENT_FILES
from service_api.channels.gateway import Gateway
from service_api.channels.limits import Limiter
from service_api.channels.visitors import VISITOR_BURST
from service_api.channels.wechat.courier import Courier
from service_api.channels.wechat.crypto import Seal, Seals
from service_api.channels.wechat.delivery import Delivery
from service_api.channels.wechat.enclosures import Enclosures
from service_api.channels.wechat.intake import Intake
from service_api.channels.wechat.media import FOLDER
from service_api.channels.wechat.platform import Platform
from service_api.channels.wechat.reception import Reception
from service_api.channels.wechat.sender import Sender
from service_api.channels.wechat.tokens import Tokens
from service_api.channels.wechat.windows import Allowances
from service_api.core.clock import Clock
from service_api.core.database import Database
from service_api.settings import Settings


@dataclass(frozen=True)
class Outgoing:
    """What sends and fetches: the web process and the worker have one each."""

    platform: Platform
    sender: Sender
    delivery: Delivery
    folder: Path

    def close(self) -> None:
        self.platform.close()


def outgoing(settings: Settings, database: Database, *, clock: Clock, machine: Clock) -> Outgoing | None:
    if not settings.wechat_appid:
        return None
    appid = settings.wechat_appid
    platform = Platform(
        settings.wechat_api_url, appid=appid, secret=settings.wechat_secret.get_secret_value()
    )
    sender = Sender(platform, Tokens(database, platform, appid=appid, machine=machine))
    links = FileLinks(settings.public_url, pepper=settings.code_pepper.get_secret_value())
    enclosures = Enclosures(settings.data_dir / SENT_FILES, links)
    delivery = Delivery(database, sender, enclosures, clock=clock, machine=machine)
    return Outgoing(platform, sender, delivery, settings.data_dir / FOLDER)


@dataclass(frozen=True)
class WeChat:
    """The channel in the web process."""

    settings: Settings
    outgoing: Outgoing
    courier: Courier
    reception: Reception
    by_openid: Limiter
    machine: Clock

    @cached_property
    def token(self) -> str:
        """The word that signs what the platform posts; never the access token."""
        return self.settings.wechat_token.get_secret_value()

    @cached_property
    def seals(self) -> Seals:
        """The key in force first; empty in plain mode."""
        keys = (self.settings.wechat_aes_key, self.settings.wechat_aes_key_previous)
        appid = self.settings.wechat_appid
        return Seals(*(Seal(key.get_secret_value(), appid) for key in keys if key.get_secret_value()))

    def start(self) -> None:
        self.courier.start()

    async def stop(self) -> None:
        await self.reception.stop()
        self.courier.stop()
        self.outgoing.close()


def wechat(
    settings: Settings, database: Database, gateway: Gateway, *, clock: Clock, machine: Clock
) -> WeChat | None:
    """Call it before other listeners of the database's writes: the bell clears the list it reads too."""
    out = outgoing(settings, database, clock=clock, machine=machine)
    if out is None:
        return None
    courier = Courier(out.delivery)
    database.after_write(courier.after_write)
    intake = Intake(
        database,
        gateway,
        clock=clock,
        machine=machine,
        allowances=Allowances.of(settings),
        pepper=settings.code_pepper.get_secret_value(),
        wake=courier.wake,
    )
    limiter = Limiter(per_second=settings.visitor_messages_per_second, burst=VISITOR_BURST)
    return WeChat(settings, out, courier, Reception(intake), limiter, machine)
