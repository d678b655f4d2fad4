"""`leadloop report …`: what works, to marketing and sales alike.

Most reports differ in nothing but what they count: they are declared by a line each.
"""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from domain.counted import Counted
from leadloop.options import HERE, Environment, Folder, Json, Wait, day_or_moment

app = typer.Typer(name="report", help="What works: pages that marketing and sales read together.", no_args_is_help=True)

Since = Annotated[
    date | None,
    typer.Option(
        "--since",
        parser=day_or_moment,
        metavar="DAY",
        help="From this day on; 90 days by default, for `week` the last whole week.",
    ),
]
Until = Annotated[
    date | None,
    typer.Option("--until", parser=day_or_moment, metavar="DAY", help="Up to the end of this day; now by default."),
]
Team = Annotated[str | None, typer.Option("--team", help="Only handoffs of this team of routing.yaml.")]
Channel = Annotated[str | None, typer.Option("--channel", help="Only people of this channel of reports.yaml.")]
Html = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="A page for a browser, in one file.")]
Csv = Annotated[bool, typer.Option("--csv", help="One line per figure on standard output.")]
Behind = Annotated[
    str | None, typer.Option("--behind", metavar="FIGURE", help="Who is behind one figure, by its name in --csv.")
]


def _tell(
    name: str,
    folder: Path,
    environment: str | None,
    *,
    html: Path | None,
    as_csv: bool,
    json: bool,
    behind: str | None,
    since: date | None = None,
    until: date | None = None,
    team: str | None = None,
    channel: str | None = None,
    people: bool = False,
    weekly: bool = False,
    drive: str | None = None,
    what: Counted | None = None,
) -> int:
    from leadloop.commands import report as command
    from leadloop.report_desk import Ask

    form = command.form_of(html, csv=as_csv, json=json)
    ask = Ask(
        since=since,
        until=until,
        team=team,
        channel=channel,
        form=form,
        html=html,
        behind=behind,
        people=people,
        weekly=weekly,
        drive=drive,
        what=what,
    )
    return command.run(folder, name, ask, environment=environment)


def _of_teams(name: str, says: str, example: str, *, weekly: bool = False) -> None:
    """Declare a report that can be narrowed to a team."""

    @app.command(name, help=f"{says}\n\nExample: {example}")
    def page(
        *,
        since: Since = None,
        until: Until = None,
        team: Team = None,
        channel: Channel = None,
        html: Html = None,
        as_csv: Csv = False,
        json: Json = False,
        behind: Behind = None,
        folder: Folder = HERE,
        environment: Environment = None,
    ) -> int:
        return _tell(
            name,
            folder,
            environment,
            since=since,
            until=until,
            as_csv=as_csv,
            json=json,
            team=team,
            channel=channel,
            html=html,
            behind=behind,
            weekly=weekly,
        )


def _of_leads(name: str, says: str, example: str) -> None:
    """Declare a report about leads and deals, which no team has."""

    @app.command(name, help=f"{says}\n\nExample: {example}")
    def page(
        *,
        since: Since = None,
        until: Until = None,
        channel: Channel = None,
        html: Html = None,
        as_csv: Csv = False,
        json: Json = False,
        behind: Behind = None,
        folder: Folder = HERE,
        environment: Environment = None,
    ) -> int:
        return _tell(
            name,
            folder,
            environment,
            since=since,
            until=until,
            as_csv=as_csv,
            json=json,
            channel=channel,
            html=html,
            behind=behind,
        )


_of_teams(
    "week",
    "The weekly review, in the order of its agenda: goal, process, content and offers, routing, people.",
    "leadloop report week --html week.html",
    weekly=True,
)
_of_leads(
    "funnel",
    "How far people come, step by step, by cohort and channel, with the time each step takes.",
    "leadloop report funnel --since 2026-07-01 --html funnel.html",
)


@app.command("followup")
def followup(
    *,
    since: Since = None,
    until: Until = None,
    team: Team = None,
    channel: Channel = None,
    people: Annotated[bool, typer.Option("--people", help="By rep as well: for their managers.")] = False,
    html: Html = None,
    as_csv: Csv = False,
    json: Json = False,
    behind: Behind = None,
    folder: Folder = HERE,
    environment: Environment = None,
) -> int:
    """How soon reps are in touch: by promise, team and channel; with --people by rep, for their managers.

    Example: leadloop report followup --team Inbound
    """
    return _tell(
        "followup",
        folder,
        environment,
        since=since,
        until=until,
        as_csv=as_csv,
        json=json,
        team=team,
        channel=channel,
        html=html,
        behind=behind,
        people=people,
    )


_of_teams(
    "bands",
    "Whether leads that score higher become customers more often: bands at hand-over and what came of them.",
    "leadloop report bands --csv",
)
_of_teams(
    "rejects",
    "What sales gives back and why, by source, and which rules would have kept it back.",
    "leadloop report rejects --since 2026-10-01",
)
_of_leads(
    "nurture",
    "Whether rejected leads find their way back, by reason and channel, and whether anybody writes to them.",
    "leadloop report nurture --since 2026-01-01",
)
_of_leads(
    "channels",
    "Pipeline and revenue by channel, in four ways side by side; campaigns with their cost and return; the wins.",
    "leadloop report channels --since 2026-01-01 --html channels.html",
)
_of_teams(
    "interactions",
    "Which attempts lead to a conversation, a meeting or a reply: how, at which hour, at which try.",
    "leadloop report interactions --team Sales",
)
_of_teams(
    "agreement",
    "The agreement in plain words, made from the published rules, with real examples and the promises of both sides.",
    "leadloop report agreement --html agreement.html",
)
_of_teams(
    "assets",
    "What forms, pages, mails, scoring rules and sales actions have to do with acceptance and wins; what reps say of "
    "them; after which mail people unsubscribe.",
    "leadloop report assets --since 2026-01-01 --html assets.html",
)


@app.command("playbook")
def playbook(
    *,
    since: Since = None,
    until: Until = None,
    html: Html = None,
    as_csv: Csv = False,
    json: Json = False,
    behind: Behind = None,
    folder: Folder = HERE,
    environment: Environment = None,
) -> int:
    """Who does what next, by stage and persona; with how many leads stand where nobody has said so.

    Example: leadloop report playbook --html playbook.html
    """
    return _tell(
        "playbook", folder, environment, since=since, until=until, as_csv=as_csv, json=json, html=html, behind=behind
    )


@app.command("reconcile")
def reconcile(
    *,
    what: Annotated[Counted, typer.Option("--what", help="What is counted.")] = Counted.MQL,
    since: Annotated[
        date | None,
        typer.Option("--since", parser=day_or_moment, metavar="DAY", help="From this day on; the last whole month."),
    ] = None,
    until: Until = None,
    html: Html = None,
    as_csv: Csv = False,
    json: Json = False,
    behind: Behind = None,
    folder: Folder = HERE,
    environment: Environment = None,
) -> int:
    """Why the systems count differently, lead by lead, each with its cause: in lines that add up.

    Example: leadloop report reconcile --what mql --html reconcile.html
    """
    return _tell(
        "reconcile",
        folder,
        environment,
        since=since,
        until=until,
        as_csv=as_csv,
        json=json,
        html=html,
        behind=behind,
        what=what,
    )


@app.command("drive")
def drive(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As reports.yaml has it.")],
    team: Team = None,
    html: Html = None,
    as_csv: Csv = False,
    json: Json = False,
    behind: Behind = None,
    folder: Folder = HERE,
    environment: Environment = None,
) -> int:
    """How near everybody is to the target of a drive of reports.yaml, and who brought what.

    Example: leadloop report drive 'Autumn meetings'
    """
    return _tell(
        "drive", folder, environment, as_csv=as_csv, json=json, drive=name, team=team, html=html, behind=behind
    )


@app.command("journey")
def journey(
    lead: Annotated[str, typer.Argument(help="E-mail, Salesforce id, HubSpot id, or our number.")],
    *,
    everything: Annotated[bool, typer.Option("--all", help="The whole timeline, not its newest 400 rows.")] = False,
    html: Html = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="One line per moment on standard output.")] = False,
    json: Json = False,
    folder: Folder = HERE,
    environment: Environment = None,
) -> int:
    """Everything about one lead on one page: touches, scores, stages, reps, writes and words, in one timeline.

    Example: leadloop report journey ana@globex.example --html ana.html
    """
    from leadloop.commands import report_journey as command
    from leadloop.commands.report import form_of

    ask = command.Ask(form=form_of(html, csv=as_csv, json=json), html=html, everything=everything)
    return command.run(folder, lead, ask, environment=environment)


@app.command("send")
def send(
    *,
    report: Annotated[str, typer.Argument(metavar="REPORT", help="week, funnel, followup, bands, rejects, ...")],
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="WHERE", help="mail:ADDRESS, slack:CHANNEL or a webhook, by the connection's name."
        ),
    ] = None,
    drive: Annotated[str | None, typer.Option("--drive", metavar="NAME", help="Which drive of reports.yaml.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent, and send nothing.")] = False,
    wait: Wait = True,
    folder: Folder = HERE,
    environment: Environment = None,
) -> int:
    """Send a report to one addressee now, as `deliver` of leadloop.yaml does by itself.

    Example: leadloop report send week --to mail:revops@your-company.example
    """
    from leadloop.commands import report_send as command

    return command.run(folder, report, drive=drive, to=to, dry_run=dry_run, environment=environment, wait=wait)
