"""Everything about one lead on one page: who it is, where they stand, how it came to that, who did what, and why."""

from collections.abc import Iterator, Mapping

from domain.score import Score
from reports.first_touches import channel_of, first_of
from reports.pages.asides import conflicts, intended, lists, notes, unions
from reports.pages.dossier import Dossier
from reports.pages.journey_parts import Look, head, name_of, passes, records
from reports.pages.moments import Moment, shown
from reports.pages.page import Missing, Page, Part, Words
from reports.pages.passes import Pass, passes_in
from reports.pages.past_scores import scores
from reports.pages.process import answers, buttons, clocks, first_touches, opened, owners, stages
from reports.pages.timeline import newest, timeline
from reports.pages.touches import Reading, touches, typed_words
from reports.pages.window import Window
from reports.pages.wording import minutes, moment
from reports.pages.written import by_hand, systems, writes, writes_of

NAME = "journey"


def journey(dossier: Dossier, look: Look) -> Page:
    """The page as of `look.scope.now`."""
    scope, life = look.scope, dossier.life
    channel = channel_of(life, scope.channels)
    known = {each.name: each.value for each in life.facts if each.seen_at <= scope.now}
    told_of = {each.handoff.number: each for each in passes_in(life, dossier.steps, channel=channel, scope=scope)}
    moments = list(moments_of(dossier, look, told_of, channel=channel))
    since = min([dossier.known_at, *(each.at for each in moments)])
    table, left_out = timeline(moments, look.zone, most=look.most)
    words, unsaid = newest(list(typed_words(life.activities, look.zone)), look.most)
    found = writes_of(dossier.audit, dossier.rows)
    parts: tuple[Part, ...] = (
        head(dossier, known, look, channel=channel),
        passes(dossier, told_of, look),
        table,
        Words(key="words", title="In their own words", lines=tuple(words)),
        systems(found, look.systems, look.zone),
        lists(dossier.memberships, dossier.lead.left_lists, dossier.lead.nurture_withheld),
        records(dossier.records, look),
    )
    return Page(
        name=NAME,
        title=f"Journey of {name_of(known, dossier.lead.id)}",
        asks="Who is this, where do they stand, how did it come to that, and who did what?",
        counts="moments",
        window=Window(since=since, until=max(scope.now, since), zone=look.zone, up_to_now=True),
        seen=scope.now,
        rule_hash=scope.book.rule_hash,
        parts=tuple(part for part in parts if not isinstance(part, Words) or part.lines),
        missing=tuple(_missing(dossier, look, left_out, unsaid)),
        remarks=tuple(_remarks(dossier, look)),
        subject=str(dossier.lead.id),
        names_people=True,
    )


def moments_of(dossier: Dossier, look: Look, told_of: Mapping[int, Pass], *, channel: str) -> Iterator[Moment]:
    """Everything that the store tells of the lead, each row of it once."""
    life, cast, zone = dossier.life, look.cast, look.zone
    found = writes_of(dossier.audit, dossier.rows)
    worked = {
        number: minutes(each.working_minutes) for number, each in told_of.items() if each.working_minutes is not None
    }
    reading = Reading(
        cast=cast,
        zone=zone,
        now=look.scope.now,
        meaningful=look.scope.rules.meaningful,
        channel=channel,
        first=first_of(life),
        machines=_machines(dossier.score),
        firsts=first_touches(life.handoffs, worked),
    )
    yield from touches(life.activities, reading)
    yield from scores(dossier.scores[:-1])
    yield from stages(life.transitions)
    yield from opened(life.handoffs)
    yield from owners(dossier.assignments, cast)
    yield from answers(life.handoffs, life.transitions, cast)
    yield from clocks(dossier.steps, cast, zone)
    yield from buttons(dossier.pressed, cast)
    yield from intended(dossier.intents, found, {each.number: each.opened_at for each in life.handoffs}, cast)
    yield from writes(found, elsewhere={key for key, *_ in dossier.intents}, keys=dossier.keys)
    yield from unions(dossier.unions, dossier.brought, dossier.lead.id, cast)
    yield from conflicts(dossier.conflicts)
    yield from notes(dossier.notes)
    yield from by_hand(dossier.audit, cast)


def _machines(score: Score | None) -> frozenset[tuple[str, str, str]]:
    return score.machine_made if score is not None else frozenset()


def _missing(dossier: Dossier, look: Look, left_out: int, unsaid: int) -> Iterator[Missing]:
    """What the page cannot tell, and what would mend it. `left_out`: moments; `unsaid`: what the person wrote."""
    if dossier.erasure is not None:
        return
    unread = [name for name in look.systems if name not in look.workplaces and dossier.read_at.get(name) is None]
    if unread:
        yield Missing(
            what=f"Never read: {', '.join(unread)}.", mend="`leadloop status` says how the connections stand."
        )
    if left_out:
        yield Missing(what=f"{left_out:,} older moments are left out.", mend="Say --all.")
    if unsaid:
        yield Missing(what=f"{unsaid:,} older messages of theirs are left out.", mend="Say --all.")
    if dossier.waiting:
        yield Missing(
            what=f"{dossier.waiting:,} things done under this address wait until a record shows whose they are.",
            mend="They are told once a system shows the person.",
        )
    bare = sum(each.row is None for each in writes_of(dossier.audit, dossier.rows))
    if bare:
        yield Missing(
            what=f"{bare:,} writes are told without their values.", mend="Rows of writes are kept for 90 days."
        )
    if dossier.unscored:
        yield Missing(
            what=f"The score is not told for {dossier.unscored:,} older moments.",
            mend="`leadloop explain --at` has each.",
        )


def _remarks(dossier: Dossier, look: Look) -> Iterator[str]:
    if look.asked is not None:
        yield f"Lead {look.asked} is part of lead {dossier.lead.id}: this is that one's journey."
    if dossier.erasure is not None:
        yield "Of who was erased only dates, stages and who of ours had them are kept."
    if dossier.taken_back:
        yield f"{dossier.taken_back:,} things were taken back by their system or a person: they count no more."
    if any(each.survivor == dossier.lead.id and each.split_at is None for each in dossier.unions):
        yield "Scores from before leads were united are those of what both did together."
    if dossier.lead.set_aside_because:
        yield f"Set aside: {shown(dossier.lead.set_aside_because)}."
    silent = dossier.lead.silent_since
    if silent is not None:
        yield f"A customer of whom nobody has heard since {moment(silent, look.zone)}."
