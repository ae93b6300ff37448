"""The account's access token for all processes: kept in one row, renewed by one process at a time.

While one renews, the others go on with the old token, which the platform honours for five minutes more. No
transaction is open during the call.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session

from service_api.channels.wechat.models import WeChatToken
from service_api.channels.wechat.platform import Fresh, Platform, Refused, Unreachable
from service_api.core.clock import Clock
from service_api.core.database import Database
from service_api.core.upsert import insert_once

log = structlog.get_logger(__name__)
RENEW_BEFORE = timedelta(minutes=5)
LEASE = timedelta(seconds=15)
PAUSE_AFTER_FAILURE = timedelta(seconds=10)
FORCED_A_DAY = 20
FORCED_APART = timedelta(seconds=30)
LOOK_EVERY_SECONDS = 0.1
LOOKS = 50
NEVER = datetime.fromtimestamp(0, UTC)


class NoToken(Exception):
    """There is no token to be had now. `why` is for logs."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class _Row:
    token: str
    expires_at: datetime
    leased: bool
    resting: bool
    may_force: bool


class Tokens:
    """One per process. `current` to use, `after_refusal` when the platform did not take it."""

    def __init__(
        self,
        database: Database,
        platform: Platform,
        *,
        appid: str,
        machine: Clock,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._database = database
        self._platform = platform
        self._appid = appid
        self._machine = machine
        self._sleep = sleep

    def current(self) -> str:
        """A token that is good. Raises `NoToken`."""
        row = self._read()
        now = self._machine.now()
        if row.expires_at > now + RENEW_BEFORE:
            return row.token
        lease = None if row.leased else self._take_lease()
        if lease is not None:
            return self._renew(lease, force=False)
        if row.expires_at > now:
            return row.token
        return self._wait_for_another(than=row.token)

    def after_refusal(self, refused: str) -> str:
        """Another token than the refused one, made at most once: by us, or meanwhile by another process.

        Raises `NoToken`, also when the platform's limit of forced renewals forbids it.
        """
        row = self._read()
        if row.token and row.token != refused:
            return row.token
        if not row.may_force:
            raise NoToken("forced renewals used up")
        lease = None if row.leased else self._take_lease(holding=refused)
        if lease is None:
            return self._wait_for_another(than=refused)
        return self._renew(lease, force=True)

    def _renew(self, lease: str, *, force: bool) -> str:
        try:
            fresh = self._platform.new_token(force=force)
        except (Refused, Unreachable) as error:
            self._end_lease(lease, None, force=force)
            log.warning("no access token", why=str(error))
            raise NoToken(str(error)) from None
        self._end_lease(lease, fresh, force=force)
        return fresh.token

    def _wait_for_another(self, *, than: str) -> str:
        for _ in range(LOOKS):
            row = self._read()
            if row.token and row.token != than and row.expires_at > self._machine.now():
                return row.token
            if row.resting:
                raise NoToken("the last renewal failed")
            self._sleep(LOOK_EVERY_SECONDS)
        raise NoToken("another process is renewing it")

    def _read(self) -> _Row:
        now = self._machine.now()
        with self._database.reading() as session:
            row = session.scalar(select(WeChatToken).where(WeChatToken.appid == self._appid))
        if row is None:
            return _Row("", NEVER, leased=False, resting=False, may_force=True)
        leased = row.lease_until is not None and row.lease_until > now
        resting = leased and row.lease is None
        rested = row.forced_at is None or now >= row.forced_at + FORCED_APART
        spared = row.forced_on != _day(now) or row.forced_count < FORCED_A_DAY
        return _Row(row.token, row.expires_at, leased=leased, resting=resting, may_force=rested and spared)

    def _take_lease(self, *, holding: str | None = None) -> str | None:
        """The right to renew; None when another has it, or has already replaced the token we hold."""
        now, lease = self._machine.now(), secrets.token_hex(16)
        with self._database.writing() as session:
            self._make_row(session)
            free = or_(WeChatToken.lease_until.is_(None), WeChatToken.lease_until <= now)
            claim = update(WeChatToken).where(WeChatToken.appid == self._appid, free)
            if holding is not None:
                claim = claim.where(WeChatToken.token == holding)
            else:
                claim = claim.where(WeChatToken.expires_at <= now + RENEW_BEFORE)
            result = session.execute(claim.values(lease=lease, lease_until=now + LEASE))
            return lease if isinstance(result, CursorResult) and result.rowcount == 1 else None

    def _make_row(self, session: Session) -> None:
        row = {
            "appid": self._appid,
            "token": "",
            "expires_at": NEVER,
            "forced_on": "",
            "forced_count": 0,
        }
        insert_once(session, WeChatToken, row, unique=["appid"])

    def _end_lease(self, lease: str, fresh: Fresh | None, *, force: bool) -> None:
        """Store what came. After a failure everybody rests a little, so that nobody hammers."""
        now = self._machine.now()
        with self._database.writing() as session:
            row = session.scalar(
                select(WeChatToken)
                .where(WeChatToken.appid == self._appid, WeChatToken.lease == lease)
                .with_for_update()
            )
            if row is None:
                return
            if force:
                day = _day(now)
                row.forced_count = row.forced_count + 1 if row.forced_on == day else 1
                row.forced_at, row.forced_on = now, day
            if fresh is None:
                row.lease, row.lease_until = None, now + PAUSE_AFTER_FAILURE
                return
            row.token, row.expires_at = fresh.token, now + timedelta(seconds=fresh.seconds)
            row.lease, row.lease_until = None, None


def _day(now: datetime) -> str:
    """The platform counts by days of China, which has one zone and no summer time."""
    return (now + timedelta(hours=8)).date().isoformat()
