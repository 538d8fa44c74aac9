"""Everything that can be configured, in one class.

Each field is read from the environment (`CODECITE_` and the field's name in capitals) or from a file `.env` in the
working directory; the environment wins. Nothing needs to be set: the defaults answer from the shipped knowledge.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

import corpus
from bot.errors import SettingError
from corpus.database import sqlite_url

PREFIX = "CODECITE_"
CHECKOUT = Path(__file__).resolve().parents[1]


def _default_corpus() -> Path:
    """The corpus that ships with codecite."""
    return Path(corpus.__file__).parent


def _default_home() -> Path:
    """`var/` beside the sources in a checkout (the file pyproject.toml tells), else the user's data folder."""
    if (CHECKOUT / "pyproject.toml").is_file():
        return CHECKOUT / "var"
    return platformdirs.user_data_path("codecite", appauthor=False)


class Settings(BaseSettings):
    """How this installation answers. Frozen: change the environment and start again."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    corpus: Path = Field(
        default_factory=_default_corpus,
        description="Folder of the knowledge: guidance/, tables/, sources.csv and knowledge.toml.",
    )
    home: Path = Field(
        default_factory=_default_home,
        description="Folder of the index, which is rebuilt when missing, and of the databases, which are not.",
    )
    payer: str | None = Field(
        default=None,
        description="Payer assumed when a question names none, for example medicare.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="warning",
        description="Least level that is logged to standard error. Logs never hold message text.",
    )
    database: str | None = Field(
        default=None,
        description="Database of conversations, feedback and imported official files, as a URL: "
        "sqlite:////path/file.db or postgresql://user:password@host/name. Default: SQLite files in the home folder.",
    )
    conversation_days: int = Field(
        default=30,
        ge=1,
        description="Days after which a conversation that nobody used is forgotten.",
    )
    llm: str | None = Field(
        default=None,
        description="Optional chat model as provider:model, for example openai:gpt-4o-mini. It may help to read a "
        "hard question and reword sentences; everything it says is checked, and nothing needs it.",
    )
    llm_base_url: str | None = Field(
        default=None, description="Address of the chat model's server, for one that speaks OpenAI's protocol."
    )
    llm_api_key: SecretStr | None = Field(
        default=None, description="Key for the chat model, unless the provider's own variable holds it."
    )
    llm_timeout: float = Field(default=20.0, gt=0, description="Seconds that the chat model has for a reply.")
    host: str = Field(default="127.0.0.1", description="Address that the web chat listens on.")
    port: int = Field(default=7860, ge=1, le=65535, description="Port that the web chat listens on.")
    access: Literal["off", "users", "proxy", "keys"] = Field(
        default="off",
        description="Who may come in: off (nobody is asked), users (sign-in with a password), proxy (a trusted proxy "
        "names the user in a header) or keys (programs with an API key only; keys also work beside users and proxy).",
    )
    proxy_header: str = Field(
        default="X-Forwarded-User", description="Header in which the trusted proxy names the user (access proxy)."
    )
    proxy_addresses: str = Field(
        default="127.0.0.1,::1",
        description="Addresses from which that header is believed, separated by commas.",
    )
    public_url: str | None = Field(
        default=None,
        description="Address under which readers reach the server, for example https://billing.example.org: pages of "
        "that origin are ours, and with https the session's cookie is sent over https only.",
    )
    rate_per_minute: int = Field(
        default=120, ge=1, le=100_000, description="Requests a minute that each user or key may make."
    )
    session_hours: int = Field(default=12, ge=1, le=720, description="Hours until a user must sign in again.")

    slack_bot_token: SecretStr | None = Field(
        default=None, description="Slack's bot token (xoxb-...), from OAuth & Permissions of the app's pages."
    )
    slack_app_token: SecretStr | None = Field(
        default=None,
        description="Slack's app-level token (xapp-...) with the scope connections:write; only Socket Mode needs it.",
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None, description="Signing secret from the app's Basic Information; only HTTP mode needs it."
    )
    slack_mode: Literal["socket", "http"] = Field(
        default="socket",
        description="How Slack reaches us: socket (`codecite slack run`, no public address) or http (the web server).",
    )
    slack_workspaces: str = Field(
        default="", description="Ids of the workspaces (T...) that are answered, separated by commas; empty for all."
    )
    slack_channels: str = Field(
        default="",
        description="Ids of the channels (C...) that are answered, separated by commas; empty for all. "
        "Direct messages are always answered.",
    )
    slack_streaming: bool = Field(
        default=True, description="Write answers into the assistant pane sentence by sentence, once they are verified."
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/", description="Address of Slack's interface; GovSlack has another one."
    )

    @property
    def index_folder(self) -> Path:
        """Where built indexes live."""
        return self.home / "index"

    @property
    def database_url(self) -> str:
        """Where conversations, feedback and own documents are kept."""
        return self.database or sqlite_url(self.home / "codecite.db")

    @property
    def official_url(self) -> str:
        """Where imported official files are kept: a file of its own in SQLite, whose imports block other writers."""
        return self.database or sqlite_url(self.home / "official.db")


def load() -> Settings:
    """The settings in force.

    Raises:
        SettingError: a value does not fit its field; the variable is named.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        description = Settings.model_fields[field].description if field in Settings.model_fields else ""
        raise SettingError(f"{PREFIX}{field.upper()}", str(first["msg"]), description or "") from error
