"""`leadloop score clicks …`."""

from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json, Wait

app = typer.Typer(
    name="clicks",
    help="Clicks of mail scanners: they give nothing, until a person says otherwise.",
    no_args_is_help=True,
)

What = Annotated[
    list[str],
    typer.Argument(
        metavar="LEAD|KEY...", help="A click's key from `score clicks list`; a lead: all taken for a machine's."
    ),
]


@app.command("list")
def clicks_list(
    *,
    lead: Annotated[
        str | None, typer.Option("--lead", help="Every click of this lead (e-mail or either system's id).")
    ] = None,
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
) -> int:
    """Which clicks are taken for a mail scanner's, and what gave them away.

    Example: leadloop score clicks list --lead ann@acme.example
    """
    from leadloop.commands import score_clicks as command

    return command.listing(folder, lead, environment=environment, as_json=json)


@app.command("confirm")
def clicks_confirm(*, what: What, folder: Folder = HERE, environment: Environment = None, wait: Wait = True) -> int:
    """A person clicked after all: these clicks count from now on, whatever they look like.

    Example: leadloop score clicks confirm ann@acme.example
    """
    from leadloop.commands import score_clicks as command

    return command.confirm(folder, what, environment=environment, wait=wait)


@app.command("retract")
def clicks_retract(
    *,
    what: What,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the click and in the audit.")],
    folder: Folder = HERE,
    environment: Environment = None,
    wait: Wait = True,
) -> int:
    """Take clicks out for good: they count no more, whatever the rules or their system say later.

    Example: leadloop score clicks retract ann@acme.example --reason "scanned by her gateway"
    """
    from leadloop.commands import score_clicks as command

    return command.retract(folder, what, reason=reason, environment=environment, wait=wait)
