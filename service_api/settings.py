"""Every setting of the service, in one class. Nothing else reads the environment."""

import re
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MIN_SECRET_LENGTH = 16
AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")


class Settings(BaseSettings):
    """Read from `TING_…` variables, then from `secrets.env` in the data folder.

    Raises `pydantic.ValidationError` when a secret is missing or short: no secret has a default. `make run`
    writes random ones for the demo.
    """

    model_config = SettingsConfigDict(env_prefix="TING_", extra="ignore", frozen=True)

    data_dir: Path = Field(Path("var"), description="The one folder that holds data: database, index, logs.")
    database_url: str = Field("", description="SQLAlchemy address; empty means SQLite in the data folder.")
    demo: bool = Field(False, description="Seeds invented customers and lets the clock be moved.")
    timezone: str = Field("Asia/Shanghai", description="The bank's zone: legal days and office hours.")
    web_host: str = Field("127.0.0.1", description="Address on which customers and staff reach the service.")
    web_port: int = Field(8000, ge=1, le=65535)
    actions_port: int = Field(5055, ge=1, le=65535)
    rasa_url: str = Field("http://127.0.0.1:5005", description="Where the assistant listens; loopback only.")
    rasa_timeout_seconds: float = Field(20.0, gt=0, description="Longest wait for one turn of the assistant.")
    rasa_workers: int = Field(
        1, ge=1, le=16, description="Processes of the assistant; more than one need PostgreSQL and Redis."
    )
    rasa_lock_url: SecretStr = Field(
        SecretStr(""), description="redis://:password@host:port/number: where several of them keep locks."
    )
    service_url: str = Field("http://127.0.0.1:8000", description="Where the actions find this service.")
    rasa_secret: SecretStr = Field(description="Shared with the assistant's input channel.")
    service_token: SecretStr = Field(description="Shared with the actions process.")
    code_pepper: SecretStr = Field(description="Keys the hashes of one-time codes and visitor tokens.")
    session_hours: int = Field(10, ge=1, description="Longest life of a staff session.")
    public_url: str = Field(
        "", description="Address under which people reach the service, as `https://desk.bank.example`."
    )
    oidc_issuer: str = Field("", description="The bank's OpenID Connect provider for staff; empty: none.")
    oidc_client_id: str = Field("", description="What the provider calls us.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="Proves it to the provider.")
    oidc_claim: str = Field(
        "preferred_username",
        pattern="^(preferred_username|email|sub)$",
        description="The claim that equals a member's user name (with `email`: e-mail) at the first sign-in.",
    )
    passwords: bool = Field(
        True, description="Staff may sign in by password, too; off: only by the provider."
    )
    secure_cookies: bool = Field(True, description="Send cookies over HTTPS only; the demo switches it off.")
    office_hours: str = Field(
        "09:00-18:00",
        description="When people answer, local time, on working days; `daily` after it: on every day.",
    )
    visitor_messages_per_second: float = Field(2.0, gt=0, description="What one visitor may write; burst 20.")
    address_messages_per_second: float = Field(
        20.0, gt=0, description="What one address may write, over all its visitors; burst ten times as much."
    )
    address_sessions_per_second: float = Field(
        1.0, gt=0, description="How often one address may open a new chat; burst 60."
    )
    chat_origins: str = Field(
        "", description="Pages that may hold the chat beside our own: `https://www.bank.example`, by commas."
    )
    site_token_key: str = Field(
        "", description="PEM of the public key (ES256) with which the bank's site says who the customer is."
    )
    site_token_issuer: str = Field("", description="`iss` of those tokens; needed with the key.")
    site_token_audience: str = Field("ting", description="`aud` of those tokens.")
    articles_dir: str = Field(
        "", description="Folder of article files (*.yml); empty: the articles that come with Ting."
    )
    smtp_url: str = Field(
        "", description="smtp://user:password@host:port; empty writes mail to the data folder."
    )
    wechat_appid: str = Field("", description="WeChat official account; empty switches the channel off.")
    wechat_secret: SecretStr = Field(SecretStr(""), description="The account's AppSecret.")
    wechat_token: SecretStr = Field(SecretStr(""), description="Signs what WeChat posts to /wechat.")
    wechat_aes_key: SecretStr = Field(
        SecretStr(""),
        description="EncodingAESKey, 43 characters: then only encrypted messages are taken.",
    )
    wechat_aes_key_previous: SecretStr = Field(
        SecretStr(""), description="The key before, still taken while WeChat changes over."
    )
    wechat_api_url: str = Field("https://api.weixin.qq.com", description="WeChat's API, or a relay to it.")
    wechat_messages_after_word: int = Field(
        5, ge=1, description="Messages that may be sent after the customer wrote."
    )
    wechat_word_hours: float = Field(48, gt=0, description="For how long.")
    wechat_messages_after_touch: int = Field(
        3, ge=1, description="Messages that may be sent after a follow, a scan or a menu button."
    )
    wechat_touch_seconds: float = Field(60, gt=0, description="For how long.")
    log_level: str = Field("INFO")

    @field_validator("rasa_secret", "service_token", "code_pepper")
    @classmethod
    def _long_enough(cls, secret: SecretStr) -> SecretStr:
        if len(secret.get_secret_value()) < MIN_SECRET_LENGTH:
            raise ValueError(f"a secret needs at least {MIN_SECRET_LENGTH} characters")
        return secret

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        ZoneInfo(name)
        return name

    @model_validator(mode="after")
    def _demo_stays_at_home(self) -> "Settings":
        if self.demo and self.web_host not in {"127.0.0.1", "localhost", "::1"}:
            raise ValueError("the demo has published passwords: it binds to loopback only (TING_WEB_HOST)")
        return self

    @model_validator(mode="after")
    def _workers_share_locks(self) -> "Settings":
        address = self.rasa_lock_url.get_secret_value()
        if self.rasa_workers > 1 and not address.startswith(("redis://", "rediss://")):
            raise ValueError("several workers of the assistant need Redis as TING_RASA_LOCK_URL")
        return self

    @model_validator(mode="after")
    def _site_token_is_whole(self) -> "Settings":
        if self.site_token_key and not (self.site_token_issuer and self.site_token_audience):
            raise ValueError("TING_SITE_TOKEN_KEY needs TING_SITE_TOKEN_ISSUER and an audience beside it")
        return self

    @model_validator(mode="after")
    def _oidc_is_whole(self) -> "Settings":
        secret = self.oidc_client_secret.get_secret_value()
        if self.oidc_issuer and not (self.oidc_client_id and secret and self.public_url):
            raise ValueError(
                "TING_OIDC_ISSUER needs TING_OIDC_CLIENT_ID, TING_OIDC_CLIENT_SECRET and TING_PUBLIC_URL"
            )
        if not self.passwords and not self.oidc_issuer:
            raise ValueError("without passwords staff need TING_OIDC_ISSUER to sign in")
        return self

    @model_validator(mode="after")
    def _wechat_is_whole(self) -> "Settings":
        if self.wechat_appid and not (
            self.wechat_secret.get_secret_value() and self.wechat_token.get_secret_value()
        ):
            raise ValueError("WeChat needs TING_WECHAT_SECRET and TING_WECHAT_TOKEN beside its appid")
        for key in (self.wechat_aes_key, self.wechat_aes_key_previous):
            if key.get_secret_value() and not AES_KEY.fullmatch(key.get_secret_value()):
                raise ValueError("an EncodingAESKey has 43 letters and digits")
        return self

    @cached_property
    def database_address(self) -> str:
        """The address in force: the one set, or SQLite in the data folder."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'ting.db').absolute()}"

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def load_settings() -> Settings:
    """Settings of this process: the environment wins over `secrets.env` in the data folder."""
    bare = _DataDirOnly()
    return Settings(_env_file=bare.data_dir / "secrets.env")


class _DataDirOnly(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="TING_", extra="ignore")

    data_dir: Path = Path("var")
