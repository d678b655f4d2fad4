"""After which mail people unsubscribe, of how many who were sent it; and what else they had met last.

The ledger has the mails that a machine sent where their system tells of each: list mails of Salesforce, steps of
sequences. Of HubSpot's marketing mails it has opens and clicks alone, so that nobody knows there of how many.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.activity import ActivityKind
from domain.lead import Fact
from domain.values import LeadId
from handoff.briefing import is_yes
from mapping.assets import is_mail
from reports import histories
from reports.first_touches import channel_of
from reports.histories import Life
from reports.pages.approaches import Gauge, met_by
from reports.pages.lifts import MOST, most_of
from reports.pages.lines import TOTAL, by_name, keyed
from reports.pages.page import Cell, Column, Figure, Row, Table, Unit
from reports.pages.passes import PORTION, Scope, portions
from reports.pages.tally import Tally
from store import passes
from store.engine import Store, Tx

NOTHING = "Nothing in that time"
_UNTOLD = "its system does not tell to whom it was sent"
PEOPLE = "leads"
_MAILS = (
    Column(
        key="reached",
        label="Reached",
        says="People who were sent it in the window, or opened it, or clicked.",
        counts=PEOPLE,
    ),
    Column(
        key="left",
        label="Then unsubscribed",
        says="People for whom it was the last mail before, not long ago.",
        counts=PEOPLE,
    ),
    Column(key="sent", label="Were sent it", says="People to whom a machine sent it in the window.", counts=PEOPLE),
    Column(key="rate", label="Unsubscribe rate", says="Of those who were sent it.", counts=PEOPLE),
)
_LAST = (Column(key="leads", label="Unsubscribed", says="People who said no to mail in the window.", counts=PEOPLE),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailed:
    """One person. `mails`: those that reached them, when and which; `sent`: those of them that a machine is known to
    have sent; `met`: whatever they met; `left_at`: when they said no to mail. Each oldest first."""

    lead_id: LeadId
    mails: Sequence[tuple[datetime, str]]
    sent: Sequence[tuple[datetime, str]]
    met: Sequence[tuple[datetime, str]]
    left_at: Sequence[datetime]


def mailed_in(store: Store, scope: Scope, gauge: Gauge) -> Iterator[Mailed]:
    """Everybody who got a mail in the window, or said no to mail in it, by lead."""
    since, until, name = scope.window.since, scope.window.until, scope.book.lifecycle.opted_out_property
    yield from portions(
        store,
        lambda tx, last: passes.mailed(tx, name, since=since, until=until, after=last, limit=PORTION),
        lambda tx, ids: _read(tx, ids, scope, gauge),
    )


def _read(tx: Tx, ids: Sequence[LeadId], scope: Scope, gauge: Gauge) -> Iterator[Mailed]:
    known = passes.known_at(tx, ids)
    for life in histories.of(tx, ids):
        if scope.channel in {None, channel_of(life, scope.channels)}:
            name = scope.book.lifecycle.opted_out_property
            own = [each for each in life.facts if each.name == name]
            yield _mailed(life, gauge, tuple(left_at(own, known_at=known[life.lead.id])))


def _mailed(life: Life, gauge: Gauge, left: Sequence[datetime]) -> Mailed:
    mails = [(each, asset.label) for each in life.activities if is_mail(each) and (asset := gauge.assets.of(each))]
    return Mailed(
        lead_id=life.lead.id,
        mails=[(each.occurred_at, label) for each, label in mails],
        sent=[(each.occurred_at, label) for each, label in mails if each.kind is ActivityKind.EMAIL_SENT],
        met=[(at, asset.label) for at, asset in met_by(life, gauge)],
        left_at=left,
    )


def left_at(facts: Iterable[Fact], *, known_at: datetime) -> Iterator[datetime]:
    """When somebody came to say no to mail. Whoever had said so before we knew them left no moment. `facts`: of this
    one property, oldest first; `known_at`: when they became known."""
    said: bool | None = None
    for each in facts:
        says = is_yes(each.value)
        if says and not said and (said is not None or each.seen_at > known_at):
            yield each.since
        said = says


class OptOuts:
    """Two tables as they are counted: of each mail, and of whatever was met last."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._within = timedelta(days=scope.rules.opt_outs.days)
        self._mails: dict[str, dict[str, Tally]] = {}
        self._last: dict[str, Tally] = {}
        self._all = Tally(scope.most)
        self.is_told = False
        """Whether any mail of the window is known to have been sent."""

    def count(self, each: Mailed) -> None:
        covers = self._scope.window.covers
        sent = {label for at, label in each.sent if covers(at)}
        left = {mail[1] for at in each.left_at if (mail := self._before(each.mails, at)) and covers(mail[0])}
        reached = {label for at, label in each.mails if covers(at)}
        self.is_told = self.is_told or bool(sent)
        for name, labels in (("reached", reached), ("left", left), ("sent", sent), ("of_sent", left & sent)):
            for label in labels:
                self._tally(label, name).add(each.lead_id)
        self._count_last(each)

    def _count_last(self, each: Mailed) -> None:
        theirs = sorted((*each.mails, *each.met))
        for at in each.left_at:
            if self._scope.window.covers(at):
                last = self._before(theirs, at)
                self._last.setdefault(last[1] if last else NOTHING, Tally(self._scope.most)).add(each.lead_id)
                self._all.add(each.lead_id)

    def _before(self, found: Sequence[tuple[datetime, str]], at: datetime) -> tuple[datetime, str] | None:
        """The last up to a moment, and not too long before it."""
        return next((each for each in reversed(found) if at - self._within <= each[0] <= at), None)

    def _tally(self, label: str, name: str) -> Tally:
        made = self._mails.setdefault(label, {})
        return made.setdefault(name, Tally(self._scope.most))

    def tables(self) -> Iterator[Table]:
        days = self._scope.rules.opt_outs.days
        rows, left_out = most_of([self._row(*each) for each in keyed(sorted(self._mails, key=by_name))])
        more = f" The {MOST} that reached most; {left_out:,} others are left out." if left_out else ""
        yield Table(
            key="mail",
            title="Unsubscribed, by the last mail before",
            heads="E-mail",
            columns=_MAILS,
            rows=tuple(rows),
            says=f"Within {days} days after it. People count once for each mail.{more}",
            empty="No mail of marketing reached anybody in this window, as far as we are told.",
        )
        found, left_out = most_of(
            [
                Row(key=key, label=name, cells=(self._last[name].count(),))
                for key, name in keyed(sorted(self._last, key=by_name))
            ]
        )
        if found:
            found.append(Row(key=TOTAL, label="All", cells=(self._all.count(),), is_total=True))
        yield Table(
            key="left",
            title="Unsubscribed, by whatever was met last",
            heads="Asset",
            columns=_LAST,
            rows=tuple(found),
            says=f"Within {days} days before, mails that were sent or opened among them.",
            empty="Nobody unsubscribed in this window.",
        )

    def _row(self, key: str, label: str) -> Row:
        found, most = self._mails[label], self._scope.most
        reached, left, sent, of_sent = (
            found.get(name) or Tally(most) for name in ("reached", "left", "sent", "of_sent")
        )
        sent_to: Cell = sent.count() if sent.n else Figure(value=None, why=_UNTOLD)
        rate = of_sent.share(sent.n, why=_UNTOLD) if sent.n else Figure(value=None, unit=Unit.SHARE, of=0, why=_UNTOLD)
        return Row(key=key, label=label, cells=(reached.count(), left.count(), sent_to, rate))
