"""Every path and environment variable of the product, in one place.

Variables start with ``CONGDOAN_``; ``CONGDOAN_DATA_DIR`` moves the whole data root.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_DIR = Path(__file__).resolve().parents[1]
OWNER_ONLY, GROUP_MAY_READ = 0o700, 0o750
"""Modes of the folders of a data root. What lies in a folder that one may not enter is closed, too."""


class Settings(BaseSettings):
    """Where things are. Everything right of ``raw`` can be deleted and is rebuilt from it."""

    model_config = SettingsConfigDict(env_prefix="CONGDOAN_", frozen=True)

    data_dir: Path = Field(default=PROJECT_DIR / "data", description="the data root")
    keep_versions: int = Field(default=5, ge=1, description="published versions that are kept, the newest among them")
    settle_seconds: float = Field(
        default=5,
        ge=0,
        description="a file that was changed within so many seconds is still being written and stays in the inbox; "
        "`congdoan run` by a person does not wait for it unless this is set",
    )
    rule_pages_url: str | None = Field(
        default=None,
        pattern=r"^https?://.*\{code\}",
        description="address of a rule's page (docs/rules), with {code} where its code stands; workbooks link to it",
    )
    reminder_days_before: int = Field(default=5, ge=1, description="reminders are listed so many days before a due day")
    fresh_from_pct: float = Field(
        default=80, ge=0, le=100, description="share of the reports due that makes a period's data be there"
    )
    ui_url: str = Field(default="http://localhost:3000", description="where Dagster is seen, for links in messages")
    alert_webhook_url: str | None = Field(
        default=None, pattern=r"^https?://", description="address to which a failed run is posted as JSON"
    )
    alert_email_to: str | None = Field(default=None, pattern="@", description="who is mailed a failed run, by commas")
    alert_email_from: str = Field(default="congdoan@localhost", description="the sender of these mails")
    smtp_host: str = Field(default="localhost", description="the mail server")
    smtp_port: int = Field(default=25, description="its port")
    smtp_starttls: bool = Field(default=False, description="whether to speak TLS to it; needed to sign in")
    smtp_user: str | None = Field(default=None, description="the name to sign in with; none: without signing in")
    smtp_password: SecretStr | None = Field(default=None, description="the password to sign in with")

    @cached_property
    def root(self) -> Path:
        """The data root as an absolute path."""
        return self.data_dir.expanduser().resolve()

    @property
    def inbox(self) -> Path:
        """Where submitted files are dropped."""
        return self.root / "inbox"

    @property
    def raw(self) -> Path:
        """Every file ever received, by sha256, and the ledger of receipts. Append-only."""
        return self.root / "raw"

    @property
    def lake(self) -> Path:
        """Parquet: judged submissions, their findings, accepted rows per form and period."""
        return self.root / "lake"

    @property
    def build(self) -> Path:
        """Scratch of a run: staged frames, the DuckDB file that dbt builds, dbt's target, Data Docs."""
        return self.root / "build"

    @property
    def stage(self) -> Path:
        """Frames that one step of a run leaves for the next."""
        return self.build / "stage"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own storage: runs, events, schedules."""
        return self.root / "dagster"

    @property
    def build_db(self) -> Path:
        """The DuckDB file that dbt builds and tests; readers never see it."""
        return self.build / "warehouse.duckdb"

    @property
    def dbt_target(self) -> Path:
        """Dbt's manifest, compiled SQL and run results."""
        return self.build / "dbt"

    @property
    def manifest(self) -> Path:
        """The manifest of the dbt project as the Dagster assets are made from it."""
        return self.build / "manifest.json"

    @property
    def data_docs(self) -> Path:
        """Great Expectations' stores and Data Docs."""
        return self.build / "gx"

    @property
    def published(self) -> Path:
        """What BI tools read: ``warehouse.duckdb``, ``readers.duckdb``, both as Parquet, and the versions kept."""
        return self.root / "published"

    @property
    def returned(self) -> Path:
        """Answers to senders."""
        return self.root / "returned"

    @property
    def reports(self) -> Path:
        """What leadership reads."""
        return self.root / "reports"

    @property
    def folder_modes(self) -> dict[Path, int]:
        """The folders that a run writes, and who may enter them: the files as they came are their owner's alone.

        The inbox is not among them: who may drop files there is for the office to say.
        """
        others = (self.lake, self.build, self.dagster_home, self.published, self.returned, self.reports)
        return {self.raw: OWNER_ONLY, **dict.fromkeys(others, GROUP_MAY_READ)}
