"""`leadloop report …`: what works, to marketing and sales alike."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json, day_or_moment

app = typer.Typer(name="report", help="What works: pages that marketing and sales read together.", no_args_is_help=True)

Since = Annotated[
    date | None,
    typer.Option("--since", parser=day_or_moment, metavar="DAY", help="From this day on; 90 days by default."),
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


@app.command("week")
def week(
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
    """The weekly review, in the order of its agenda: goal, process, content and offers, routing, people.

    Example: leadloop report week --html week.html
    """
    from leadloop.commands import report as command
    from leadloop.report_making import Ask

    ask = Ask(
        since=since,
        until=until,
        team=team,
        weekly=True,
        channel=channel,
        form=command.form_of(html, csv=as_csv, json=json),
        html=html,
        behind=behind,
    )
    return command.run(folder, "week", ask, environment=environment)


@app.command("funnel")
def funnel(
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
    """How far people come, step by step, by cohort and channel, with the time each step takes.

    Example: leadloop report funnel --since 2026-07-01 --html funnel.html
    """
    from leadloop.commands import report as command
    from leadloop.report_making import Ask

    ask = Ask(
        since=since,
        until=until,
        channel=channel,
        form=command.form_of(html, csv=as_csv, json=json),
        html=html,
        behind=behind,
    )
    return command.run(folder, "funnel", ask, environment=environment)


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
    from leadloop.commands import report as command
    from leadloop.report_making import Ask

    ask = Ask(
        since=since,
        until=until,
        team=team,
        channel=channel,
        form=command.form_of(html, csv=as_csv, json=json),
        html=html,
        behind=behind,
        people=people,
    )
    return command.run(folder, "followup", ask, environment=environment)


@app.command("bands")
def bands(
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
    """Whether leads that score higher become customers more often: bands at hand-over and what came of them.

    Example: leadloop report bands --csv
    """
    from leadloop.commands import report as command
    from leadloop.report_making import Ask

    ask = Ask(
        since=since,
        until=until,
        team=team,
        channel=channel,
        form=command.form_of(html, csv=as_csv, json=json),
        html=html,
        behind=behind,
    )
    return command.run(folder, "bands", ask, environment=environment)


@app.command("rejects")
def rejects(
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
    """What sales gives back and why, by source, and which rules would have kept it back.

    Example: leadloop report rejects --since 2026-10-01
    """
    from leadloop.commands import report as command
    from leadloop.report_making import Ask

    ask = Ask(
        since=since,
        until=until,
        team=team,
        channel=channel,
        form=command.form_of(html, csv=as_csv, json=json),
        html=html,
        behind=behind,
    )
    return command.run(folder, "rejects", ask, environment=environment)


@app.command("nurture")
def nurture(
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
    """Whether rejected leads find their way back, by reason and channel, and whether anybody writes to them.

    Example: leadloop report nurture --since 2026-01-01
    """
    from leadloop.commands import report as command
    from leadloop.report_making import Ask

    ask = Ask(
        since=since,
        until=until,
        channel=channel,
        form=command.form_of(html, csv=as_csv, json=json),
        html=html,
        behind=behind,
    )
    return command.run(folder, "nurture", ask, environment=environment)


@app.command("channels")
def channels(
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
    """Pipeline and revenue by channel, in four ways side by side; campaigns with their cost and return; the wins.

    Example: leadloop report channels --since 2026-01-01 --html channels.html
    """
    from leadloop.commands import report as command
    from leadloop.report_making import Ask

    ask = Ask(
        since=since,
        until=until,
        channel=channel,
        form=command.form_of(html, csv=as_csv, json=json),
        html=html,
        behind=behind,
    )
    return command.run(folder, "channels", ask, environment=environment)


@app.command("interactions")
def interactions(
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
    """Which attempts lead to a conversation, a meeting or a reply: how, at which hour, at which try.

    Example: leadloop report interactions --team Sales
    """
    from leadloop.commands import report as command
    from leadloop.report_making import Ask

    ask = Ask(
        since=since,
        until=until,
        team=team,
        channel=channel,
        form=command.form_of(html, csv=as_csv, json=json),
        html=html,
        behind=behind,
    )
    return command.run(folder, "interactions", ask, environment=environment)


@app.command("agreement")
def agreement(
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
    """The agreement in plain words, made from the published rules, with real examples and the promises of both sides.

    Example: leadloop report agreement --html agreement.html
    """
    from leadloop.commands import report as command
    from leadloop.report_making import Ask

    ask = Ask(
        since=since,
        until=until,
        team=team,
        channel=channel,
        form=command.form_of(html, csv=as_csv, json=json),
        html=html,
        behind=behind,
    )
    return command.run(folder, "agreement", ask, environment=environment)


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
    from leadloop.commands import report as command
    from leadloop.report_making import Ask

    ask = Ask(drive=name, team=team, form=command.form_of(html, csv=as_csv, json=json), html=html, behind=behind)
    return command.run(folder, "drive", ask, environment=environment)


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
