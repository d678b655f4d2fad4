"""`leadloop score …`: try rules before they count, and learn from what they did."""

from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json

app = typer.Typer(name="score", help="Try scoring rules on people and history before they count.", no_args_is_help=True)
