"""`leadloop compare`: whom we would have handed off, and whom today's process took up, lead by lead."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from domain.values import LeadId
from handoff.process import Process, process_of
from leadloop import exits, screen, spreadsheet
from leadloop.app import App, open_app
from leadloop.badge import show_badge
from leadloop.finding import find_lead, names_of, unknown
from leadloop.options import Form
from reports.comparison import DAY, People, Row, Verdict, compare, never_shown
from reports.comparison_totals import COMPARED, Totals, by_segment, totals_of
from reports.period import Period, period_of
from reports.remarks import Remarked, remarked
from store import steps
from store.engine import Tx
from sync.firstday import went_live_at
from sync.loop import InForce
from sync.material import users

COLUMNS = (
    "lead", "name", "records", "verdict", "segment", "our_at", "our_score", "our_band", "our_fit_percent", "our_why",
    "our_owner", "our_rule", "their_at", "their_sign", "their_owner", "days_earlier", "open", "remark",
)  # fmt: skip


SHOWN = (Verdict.ONLY_THEM, Verdict.ONLY_US, Verdict.AGREE)
"""What there is to look into comes first."""
VERDICTS = {verdict.replace(" ", "-"): verdict for verdict in Verdict}
"""As they are typed."""


SAME_DAYS = 0.05
"""What is no difference: a cycle or two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is to be compared and shown. `limit`: rows on the screen."""

    since: datetime | None
    lead: str | None
    verdict: Verdict | None
    form: Form
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """`whole`: of every lead that was compared, `rows`: of those that were asked for. `in_vain`: values that are named
    as signs and that no record ever showed."""

    process: Process
    period: Period
    in_vain: Sequence[str]
    whole: Totals
    segments: dict[str, Totals]
    rows: Sequence[Row]


def run(folder: Path, ask: Ask, *, environment: str | None) -> int:
    """Look and change nothing."""
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        only = find_lead(tx, ask.lead) if ask.lead is not None else None
        if ask.lead is not None and only is None:
            screen.say(unknown(ask.lead))
            return exits.BAD_DATA
        rules = app.in_force(tx)
        found = _compare(app, tx, rules, ask, only)
        if found is None:
            return _nothing(tx, ask)
        told = _told(tx, found, rules)
        match ask.form:
            case Form.JSON:
                screen.document(as_data(found, told))
            case Form.CSV:
                spreadsheet.write_named(COLUMNS, map(_flat, told))
            case Form.TABLE:
                show_badge(app)
                show(found, told, ask.limit)
    if only is not None and not found.rows:
        screen.say("Neither we nor today's process took up this lead in that time.")
    return exits.OK


def _compare(app: App, tx: Tx, rules: InForce, ask: Ask, only: LeadId | None) -> Compared | None:
    now = app.clock.refresh()
    period = period_of(steps.history(tx), baseline_at=went_live_at(tx), since=ask.since, now=now)
    if period is None:
        return None
    process = process_of(rules.lifecycle, rules.mapping)
    every = list(compare(tx, process, _people(tx, rules), period, only=None if only is None else [only]))
    shown = (ask.verdict,) if ask.verdict is not None else tuple(Verdict) if only is not None else SHOWN
    chosen = [row for row in every if row.verdict in shown]
    return Compared(
        process=process,
        period=period,
        in_vain=never_shown(tx, process),
        whole=totals_of(every),
        segments=by_segment(every),
        rows=sorted(chosen, key=lambda row: (shown.index(row.verdict), row.lead_id)),
    )


def _people(tx: Tx, rules: InForce) -> People:
    known, routing = users(tx, rules.mapping), rules.rules.routing
    return People(
        emails=known.emails,
        active=frozenset(email.casefold() for email, rep in known.reps.items() if rep.active),
        teams={member.email.casefold(): pool.team for pool in routing.pools for member in pool.members},
    )


def _nothing(tx: Tx, ask: Ask) -> int:
    if went_live_at(tx) is None:
        words = "Nothing can be compared before every system's people were read once: `leadloop run`, or `serve`."
    else:
        words = "go_live was `live` from the start: nothing was observed, so that there is nothing to compare."
    screen.say(words)
    if ask.form is Form.JSON:
        screen.document({"period": None, "because": words, "rows": []})
    return exits.OK


Told = tuple[Remarked, str]
"""A row, and the name that is known of its lead."""


def _told(tx: Tx, found: Compared, rules: InForce) -> Iterator[Told]:
    names = names_of(tx, [row.lead_id for row in found.rows])
    for each in remarked(tx, found.rows, rules.scorer):
        yield each, names.get(each.row.lead_id, f"lead {each.row.lead_id}")


def process_words(process: Process) -> str:
    """What is taken for a sign, in one sentence."""
    said = [f"{process.labels[name]} becomes {', '.join(values)}" for name, values in process.signs.items()]
    owner = ["a rep gets a lead that none had"] if process.owner_counts else []
    moved = "a person takes it, converts it or opens a deal" if process.derived else "it is converted or has a deal"
    return "; ".join([*said, *owner, moved])


def show(found: Compared, told: Iterator[Told], limit: int) -> None:
    """The head, how far they agree, team by team, and the first rows."""
    period, within = found.period, found.process.within.days
    days = f"{max(period.ends - period.begins, DAY * 0) / DAY:.1f} days"
    screen.show(f"From {_minute(period.begins)} to {_minute(period.ends)} UTC, {days}.")
    screen.show(f"Today's process: {process_words(found.process)}.")
    screen.show(f"They agree where both saw a lead within {within} days, whoever was first.\n")
    for line in summary(found.whole):
        screen.show(line)
    if found.segments:
        rows = [
            (name, *(each.verdicts[v] for v in COMPARED), _days(each.days)) for name, each in found.segments.items()
        ]
        screen.table("\nTeam by team", ("team", *COMPARED, "days earlier"), rows)
    titles = ("lead", "verdict", "we would have", "because", "they did", "days earlier", "remark")
    screen.table("\nLead by lead", titles, [_cells(each) for _, each in zip(range(limit), told, strict=False)])
    if len(found.rows) > limit:
        screen.say(f"and {len(found.rows) - limit} more: --limit {len(found.rows)}, or --csv")
    for word in found.in_vain:
        screen.say(f"! No record ever showed `{word}`: is it spelt as your systems have it?")
    if found.process.derived:
        screen.say("Today's process follows from the rules: say it under `today` in lifecycle.yaml if it is another.")


def summary(whole: Totals) -> Iterator[str]:
    counts = whole.verdicts
    seen = sum(counts[verdict] for verdict in COMPARED)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in COMPARED)
    waiting = f" ({whole.open} of them may still agree)" if whole.open else ""
    yield f"{_leads(seen)}: {told}{waiting}."
    if whole.days is not None:
        yield f"Where both saw a lead we would have been {_apart(whole.days)} (median)."
    if whole.apart:
        because = ", ".join(f"{count} {reason}" for reason, count in whole.apart.items())
        yield f"{_leads(counts[Verdict.NOT_COMPARABLE])} not comparable: {because}."


def _cells(told: Told) -> tuple[object, ...]:
    each, name = told
    row, ours, theirs = each.row, each.row.ours, each.row.theirs
    to = f" to {ours.owner}" if ours is not None and ours.owner else ""
    we = f"{_minute(ours.at)} {ours.band} {ours.score // 1000}{to}" if ours is not None else ""
    they = f"{_minute(theirs.at)} {theirs.words}" if theirs is not None else ""
    verdict = f"{row.verdict} so far" if row.is_open else row.verdict
    return name, verdict, we, ours.why if ours is not None else "", they, _days(row.days), each.remark


def _flat(told: Told) -> dict[str, Any]:
    each, name = told
    data = row_data(each, name) | {"verdict": each.row.verdict.value}
    ours, theirs = data.pop("ours") or {}, data.pop("theirs") or {}
    data |= {f"our_{key}": ours.get(key) for key in ("at", "score", "band", "fit_percent", "why", "owner", "rule")}
    data |= {f"their_{key}": theirs.get(key) for key in ("at", "sign", "owner")}
    return data | {"records": " ".join(f"{ref['system']}:{ref['object']}:{ref['id']}" for ref in data["records"])}


def as_data(found: Compared, told: Iterator[Told]) -> dict[str, Any]:
    process, period = found.process, found.period
    return {
        "period": {"begins": period.begins, "ends": period.ends},
        "process": {
            "signs": {name: list(words) for name, words in process.signs.items()},
            "owner": process.owner_counts,
            "within_days": process.within.days,
            "derived": process.derived,
            "words": process_words(process),
            "never_shown": list(found.in_vain),
        },
        "totals": _counts(found.whole) | {"because": {str(key): count for key, count in found.whole.apart.items()}},
        "segments": {name: _counts(each) for name, each in found.segments.items()},
        "rows": [row_data(each, name) for each, name in told],
    }


def _counts(of: Totals) -> dict[str, Any]:
    return {_key(verdict): count for verdict, count in of.verdicts.items()} | {
        "open": of.open,
        "days_earlier": of.days,
    }


def row_data(told: Remarked, name: str) -> dict[str, Any]:
    row, ours, theirs = told.row, told.row.ours, told.row.theirs
    return {
        "lead": row.lead_id,
        "name": name,
        "records": [{"system": ref.connection, "object": ref.object, "id": ref.id} for ref in told.records],
        "verdict": _key(row.verdict),
        "segment": row.segment,
        "ours": None
        if ours is None
        else {
            "at": ours.at,
            "step": ours.step,
            "score": ours.score // 1000,
            "band": ours.band,
            "fit_percent": ours.fit_percent,
            "why": ours.why,
            "cause": ours.cause,
            "hand_raise": ours.hand_raise,
            "owner": ours.owner,
            "rule": ours.rule,
        },
        "theirs": None
        if theirs is None
        else {"at": theirs.at, "seen_at": theirs.seen_at, "sign": theirs.words, "owner": row.their_owner},
        "days_earlier": row.days,
        "open": row.is_open,
        "remark": told.remark,
    }


def _key(verdict: Verdict) -> str:
    return verdict.replace(" ", "_")


def _leads(count: int) -> str:
    return "1 lead" if count == 1 else f"{count} leads"


def _apart(days: float) -> str:
    when = "earlier" if days > 0 else "later"
    return f"{abs(days):.1f} days {when}" if abs(days) >= SAME_DAYS else "as early as they"


def _days(days: float | None) -> str:
    if days is None:
        return ""
    return f"{days:.1f}" if abs(days) >= SAME_DAYS else "0"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
