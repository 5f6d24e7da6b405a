"""Numbered migrations, up and down; `upgrade` is what the command calls."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory


def config(url: str) -> Config:
    """Alembic's settings for a database, without an ini file."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.attributes["url"] = url
    return settings


def newest() -> str:
    """The revision that the tables of this version have."""
    return ScriptDirectory(str(Path(__file__).parent)).get_current_head() or ""


def upgrade(url: str, to: str = "head") -> None:
    """Bring a database to a version."""
    command.upgrade(config(url), to)


def downgrade(url: str, to: str) -> None:
    """Bring a database back to an earlier version."""
    command.downgrade(config(url), to)
