"""`leadloop score …`: try rules before they count, and learn from what they did."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from leadloop.cli import score_clicks
from leadloop.options import HERE, Environment, Folder, Json, Since, form_of, moment

app = typer.Typer(name="score", help="Try scoring rules on people and history before they count.", no_args_is_help=True)
app.add_typer(score_clicks.app)

Rules = Annotated[
    Path | None, typer.Option("--rules", metavar="DIR|FILE", help="A scoring.yaml to try; the folder's own by default.")
]


Timeless = Annotated[
    list[str] | None,
    typer.Option("--timeless", metavar="NAME", help="A property that held its first value all along; or `all`."),
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="DATE", help="Look at nothing that came later; now by default.")
]


@app.command("test")
def try_one(
    *,
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="E-mail, Salesforce id or HubSpot id.")],
    rules: Rules = None,
    at: Annotated[datetime | None, typer.Option(parser=moment, metavar="TIME", help="As it was known then.")] = None,
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
) -> int:
    """One lead under a draft and under what is in force: points by rule and group, grade, band, the line.

    Example: leadloop score test ann@acme.example --rules ../bolder
    """
    from leadloop.commands import score_test as command

    return command.run(folder, lead, rules=rules, environment=environment, at=at, as_json=json)


@app.command()
def preview(
    *,
    rules: Rules = None,
    folder: Folder = HERE,
    environment: Environment = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="So many people in each direction.")] = 20,
    json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One line per lead that changes sides.")] = False,
) -> int:
    """Everybody now under a draft and under what is in force: how the numbers spread, who changes sides of the line.

    Example: leadloop score preview --rules ../bolder
    """
    from leadloop.commands import score_preview as command

    ask = command.Ask(rules=rules, limit=limit, form=form_of(json=json, csv=as_csv))
    return command.run(folder, ask, environment=environment)


@app.command()
def backtest(
    *,
    since: Annotated[
        str, typer.Option("--since", metavar="DATE", help="Count whoever would have entered from then on.")
    ],
    rules: Annotated[
        list[Path] | None,
        typer.Option("--rules", metavar="DIR|FILE", help="A scoring.yaml to try; may be given several times."),
    ] = None,
    until: Until = None,
    capacity: Annotated[
        int | None, typer.Option("--capacity", min=1, help="New leads that one rep can work in a week.")
    ] = None,
    reps: Annotated[int | None, typer.Option("--reps", min=1, help="How many reps; those of routing.yaml.")] = None,
    won: Annotated[str, typer.Option("--won", metavar="WHEN", help="What counts as won.")] = "stage customer",
    accepted: Annotated[
        str | None, typer.Option("--accepted", metavar="WHEN", help="What counts as accepted; else the handoffs.")
    ] = None,
    within: Annotated[str, typer.Option("--within", metavar="TIME", help="How long winning may take.")] = "90d",
    timeless: Timeless = None,
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One line per MQL on standard output.")] = False,
) -> int:
    """What other rules would have done with the history there is: MQLs a week, who was won, what line reps can work.

    Example: leadloop score backtest --since 2026-03-01 --rules ../bolder --capacity 15

    Example: leadloop score backtest --since 2026-03-01 --won "fact closed_on" --timeless all --json
    """
    from leadloop.commands import score_backtest as command

    ask = command.Ask(
        rules=tuple(rules or ()),
        since=since,
        until=until,
        within=within,
        won=won,
        accepted=accepted,
        timeless=tuple(timeless or ()),
        capacity=capacity,
        reps=reps,
        form=form_of(json=json, csv=as_csv),
    )
    return command.run(folder, ask, environment=environment)


@app.command("scorecards")
def scorecards(
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    since: Since = None,
    source: Annotated[
        str, typer.Option("--source", metavar="PROPERTY", help="The lead property that says where leads come from.")
    ] = "lead_source",
    json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One line per figure on standard output.")] = False,
) -> int:
    """What sales found in the first conversation beside what marketing held at hand-over.

    Example: leadloop score scorecards --since 2026-10-01T00:00:00Z
    """
    from leadloop.commands import score_scorecards as command

    ask = command.Ask(since=since, source=source, form=form_of(json=json, csv=as_csv))
    return command.run(folder, ask, environment=environment)


Forms = Annotated[
    list[str] | None,
    typer.Option("--form", metavar="ID=NAME", help="What a form of HubSpot's is called; once for each form."),
]
Portal = Annotated[
    str | None, typer.Option("--connection", metavar="NAME", help="Which HubSpot, where there are several.")
]


@app.command("import")
def import_(
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A score of HubSpot's lead scoring API, as JSON.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where scoring.yaml goes; the folder by default.")
    ] = None,
    form: Forms = None,
    connection: Portal = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write over a scoring.yaml that is there.")] = False,
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
) -> int:
    """Make a draft of scoring.yaml out of a score of HubSpot's, and say what did not come along.

    Example: leadloop score import score.json --out ../from-hubspot --form "1f2e=Demo request"
    """
    from leadloop.commands import score_import as command

    ask = command.Ask(file=file, out=out, connection=connection, forms=_forms(form), yes=yes)
    return command.run(folder, ask, environment=environment, as_json=json)


@app.command()
def export(
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where the JSON goes; standard output by default.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="What the score is called in HubSpot.")] = "leadloop",
    form: Forms = None,
    connection: Portal = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write over a file that is there.")] = False,
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
) -> int:
    """Write the folder's rules as the request that creates a score in HubSpot, and say what did not go along.

    Example: leadloop score export --out score.json --name "Leads 2027" --form "1f2e=Demo request"
    """
    from leadloop.commands import score_export as command

    ask = command.Ask(name=name, out=out, connection=connection, forms=_forms(form), yes=yes)
    return command.run(folder, ask, environment=environment, as_json=json)


def _forms(told: list[str] | None) -> dict[str, str]:
    pairs = [each.partition("=") for each in told or ()]
    wrong = next((id for id, _, name in pairs if not id.strip() or not name.strip()), None)
    if wrong is not None:
        raise typer.BadParameter(f"--form {wrong!r}: say the form's id and its name, as --form '1f2e=Demo request'")
    return {id.strip(): name.strip() for id, _, name in pairs}


@app.command()
def hot(
    *,
    rep: Annotated[str | None, typer.Option("--rep", metavar="EMAIL", help="Only this rep's people.")] = None,
    account: Annotated[
        str | None, typer.Option("--account", metavar="NAME|ID", help="Only of this account: name, domain or id.")
    ] = None,
    by: Annotated[Literal["people", "accounts"], typer.Option("--by", help="What to list.")] = "people",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=500, help="So many.")] = 20,
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One line each on standard output.")] = False,
) -> int:
    """Whom to call next and why: who asked for it, whose time is over, who is warm and was spoken with.

    Example: leadloop score hot --rep mia@acme.example

    Example: leadloop score hot --by accounts --limit 10 --csv
    """
    from leadloop.commands import score_hot as command

    ask = command.Ask(rep=rep, account=account, by=command.By(by), limit=limit, form=form_of(json=json, csv=as_csv))
    return command.run(folder, ask, environment=environment)


@app.command()
def calibrate(
    *,
    moment: Annotated[
        str, typer.Option("--moment", metavar="WHEN", help="When to foretell; only who is open then takes part.")
    ] = "first activity + 24h",
    won: Annotated[str, typer.Option("--won", metavar="WHEN", help="What is foretold.")] = "stage qualified",
    lost: Annotated[str | None, typer.Option("--lost", metavar="WHEN", help="What ends a lead otherwise.")] = None,
    within: Annotated[
        str, typer.Option("--within", metavar="TIME", help="How long winning may take; or `ever`.")
    ] = "90d",
    until: Until = None,
    timeless: Timeless = None,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="NAME", help="A property to learn nothing from.")
    ] = None,
    beside: Annotated[
        list[str] | None, typer.Option("--beside", metavar="NAME", help="A property told alone, beside the draft.")
    ] = None,
    sales: Annotated[bool, typer.Option("--sales", help="Learn from what reps did too.")] = False,
    undated: Annotated[
        bool, typer.Option("--undated", help="Count outcomes whose day nobody knows as if they came after.")
    ] = False,
    doubling: Annotated[int, typer.Option("--doubling", min=1, max=200, help="Points that double the odds.")] = 20,
    later: Annotated[int, typer.Option("--later", min=10, max=60, help="Percent of leads kept to judge by.")] = 30,
    least: Annotated[int, typer.Option("--least", min=5, help="Leads that a rule must be so of to be learnt.")] = 20,
    most: Annotated[int, typer.Option("--most", min=100, help="Leads to look at, evenly spread.")] = 50_000,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write the draft there.")] = None,
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
) -> int:
    """Points from outcomes: what leads showed while they were open, weighed by who was won. A draft, never published.

    Example: leadloop score calibrate --moment "first form_submitted + 24h" --won "stage customer" --out calibrated

    Example: leadloop score calibrate --moment "fact applied_on" --won "fact signed_on" --timeless all --beside amount
    """
    from leadloop.commands import score_calibrate as command

    ask = command.Ask(
        moment=moment,
        won=won,
        lost=lost,
        within=within,
        until=until,
        timeless=tuple(timeless or ()),
        without=tuple(without or ()),
        beside=tuple(beside or ()),
        sales=sales,
        undated=undated,
        doubling=doubling,
        later=later,
        least=least,
        most=most,
        out=out,
    )
    return command.run(folder, ask, environment=environment, as_json=json)
