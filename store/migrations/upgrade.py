"""Runs the steps inside a transaction that the caller opened and locked. The only user of Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

FOLDER = Path(__file__).parent


def settings(connection: Connection | None = None) -> Config:
    """Alembic's settings without a file: the folder of steps, and the open connection for `env.py`."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    command.upgrade(settings(connection), "head")
