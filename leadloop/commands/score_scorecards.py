"""`leadloop score scorecards`: what sales found beside what marketing held, factor by factor, by rep and by source."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from config.words import did_you_mean
from leadloop import exits, screen, spreadsheet
from leadloop.app import open_app
from leadloop.badge import show_badge
from leadloop.options import Form
from leadloop.scorecard_told import plain, signed
from reports.scorecards import FEW, Part, Scorecards, scorecards

SOURCE = "lead_source"
COLUMNS = ("of", "name", "n", "sales", "marketing", "gap", "qualified", "share")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    since: datetime | None
    source: str
    """The lead property that says where a lead came from."""
    form: Form


def run(folder: Path, ask: Ask, *, environment: str | None) -> int:
    """Looks and changes nothing."""
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        rules = app.in_force(tx)
        names = [each.name for each in rules.mapping.properties]
        if ask.source not in names and ask.source != SOURCE:
            hint = did_you_mean(ask.source, names)
            screen.say(f"leadloop: mapping.yaml has no property {ask.source!r}" + (f": {hint}" if hint else "."))
            return exits.USAGE
        labels = [factor.title for factor in rules.rules.scoring.scorecard.factors]
        found = scorecards(tx, rules.scorer, source=ask.source, since=ask.since)
        match ask.form:
            case Form.JSON:
                screen.document(as_data(found, ask))
            case Form.CSV:
                spreadsheet.write_named(COLUMNS, _csv_rows(found))
            case Form.TABLE:
                show_badge(app)
                _show(found, ask, labels)
    return exits.OK


def as_data(found: Scorecards, ask: Ask) -> dict[str, Any]:
    return {
        "since": ask.since,
        "source": ask.source,
        "begun": found.begun,
        "every": _part(found.every),
        "factors": [asdict(each) for each in found.factors],
        "by_rep": [_part(each) for each in found.by_rep],
        "by_source": [_part(each) for each in found.by_source],
    }


def _part(part: Part) -> dict[str, Any]:
    return {**asdict(part), "share": part.share}


def _csv_rows(found: Scorecards) -> Iterator[dict[str, Any]]:
    yield {"of": "all", **_part(found.every)}
    for each in found.factors:
        yield {"of": "factor", **{key: value for key, value in asdict(each).items() if key != "label"}}
    for of, parts in (("rep", found.by_rep), ("source", found.by_source)):
        yield from ({"of": of, **_part(part)} for part in parts)


def _show(found: Scorecards, ask: Ask, labels: list[str]) -> None:
    if not found.every.n and not found.begun:
        screen.show(_nothing(ask, labels))
        return
    since = f", of handoffs since {ask.since:%Y-%m-%d %H:%M %Z}" if ask.since is not None else ""
    more = f"; {found.begun} more begun" if found.begun else ""
    full = f"{found.every.n:,} full scorecard{'s' if found.every.n != 1 else ''}"
    screen.show(f"{full}{more}{since}. Gap: sales less marketing at hand-over.\n")
    rows = [(each.label, each.n, plain(each.sales), plain(each.marketing), signed(each.gap)) for each in found.factors]
    screen.table("Factor by factor", ("factor", "n", "sales", "marketing", "gap"), rows)
    by_rep, by_source = (("\nBy rep", "rep", found.by_rep), (f"\nBy {ask.source}", "source", found.by_source))
    for title, name, parts in (by_rep, by_source):
        columns = (name, "n", "qualify", "share", "sales", "marketing", "gap")
        screen.table(title, columns, [_row(each) for each in (*parts, found.every)])
    screen.say(_next(found))


def _row(part: Part) -> tuple[object, ...]:
    share = f"{part.share:.0%}" if part.share is not None else plain(None)
    return part.name, part.n, part.qualified, share, plain(part.sales), plain(part.marketing), signed(part.gap)


def _nothing(ask: Ask, labels: list[str]) -> str:
    if not labels:
        return "scoring.yaml asks for no scorecard: `scorecard` there has no factors."
    when = " since then" if ask.since is not None else " yet"
    return f"No scorecards{when}. Reps fill in {', '.join(labels)} after the first conversation."


def _next(found: Scorecards) -> str:
    """The one thing to look at, for both sides together."""
    widest = found.widest
    if widest is not None:
        more = "more" if (widest.gap or 0) > 0 else "less"
        said = f"Furthest apart is {widest.label}: sales saw {abs(widest.gap or 0):g} {more} than marketing"
        place = f"scorecard, factor {widest.name}, in scoring.yaml"
        return f"{said} (n {widest.n}). Talk about some of them together, then see marketing's steps: {place}."
    if found.every.n < FEW:
        return f"With fewer than {FEW} full scorecards a gap may be chance."
    return "No factor is a whole step apart."
