"""The kinds of happening that the account tells. Each reads one person's trail; LookupError: it did not happen here."""

from collections.abc import Callable, Sequence
from datetime import date

from leadloop.demo.figures import HAND_RAISE, NURTURE
from leadloop.demo.traces import TOUCHES, Trace, What
from leadloop.demo.trails import Sentence, Trail, day, is_on, is_set_to

Chapter = Callable[[Trail], list[Sentence]]

DOINGS = frozenset({What.FORM, What.PAGE})
ANSWERS = frozenset({What.VERDICT, What.OUTCOME})
TO_SALES = is_set_to("assigned", "mql")
SOON = 2
"""Cycles within which an answer has its consequence."""


def _sentence(about: str, text: str, *traces: Trace) -> Sentence:
    return Sentence(about=about, text=text, cites=tuple(sorted({trace.seq for trace in traces})))


def _did(traces: Sequence[Trace]) -> str:
    """What a prospect did, in words: `looked at /pricing and sent “Demo request”`."""
    words = [
        f"sent “{trace.after}”" if trace.what is What.FORM else f"looked at /{_page(str(trace.after))}"
        for trace in traces
    ]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _page(address: str) -> str:
    """Without the words by which a link tells where it stood."""
    return address.split("/", 3)[-1].split("?", maxsplit=1)[0]


def _demo_form(trace: Trace) -> bool:
    return HAND_RAISE in str(trace.after).lower()


def accepted_by_calling(trail: Trail) -> list[Sentence]:
    """From the first click to a call: everything that both systems show about one lead."""
    about = "Accepted by calling"
    assigned = trail.first(What.STAGE, ours=True, test=is_set_to("assigned"))
    owner, twin = trail.with_it(assigned, What.OWNER), trail.with_it(assigned, What.HUBSPOT_OWNER)
    flagged, task = trail.with_it(assigned, What.MQL_SINCE), trail.with_it(assigned, What.TASK)
    score, band, why = (trail.by_then(assigned, what) for what in (What.SCORE, What.BAND, What.WHY))
    call = trail.first(What.CALL, since=assigned.seq, ours=False)
    accepted = trail.first(What.STAGE, since=call.seq, ours=True, test=is_set_to("accepted"))
    doings = [trace for trace in trail.traces if trace.what in DOINGS and trace.seq < assigned.seq][-3:]
    if not doings or trail.has({*ANSWERS, *TOUCHES} - {What.CALL}, since=assigned.seq, until=accepted.seq):
        raise LookupError("something else came between")
    rep = trail.colleague(owner.after)
    return [
        _sentence(about, f"{trail.name} {_did(doings)}.", *doings),
        _sentence(
            about,
            f"leadloop pulled it, wrote the score {float(score.after):g} and the band {band.after} with the reason "
            f"“{why.after}”.",
            score,
            band,
            why,
        ),
        _sentence(about, "It flagged the lead as marketing-qualified in both systems.", *_twice(trail, flagged)),
        _sentence(about, f"{rep} became the owner in Salesforce, and HubSpot shows the same owner.", owner, twin),
        _sentence(about, f"One task waited for {rep}: “{task.after}”.", task),
        _sentence(about, f"{rep} called on {day(call.at)}, and the call alone accepted the lead.", call, accepted),
    ]


def _twice(trail: Trail, trace: Trace) -> list[Trace]:
    return [each for each in trail.traces if each.what is trace.what and each.ours and each.cycle == trace.cycle]


def not_now_and_back(trail: Trail) -> list[Sentence]:
    """A date given by the rep, a nurture list, new behaviour after the date, sales again."""
    about = "Not now, and back on the date"
    said = trail.first(What.OUTCOME, ours=False, test=is_set_to("Not now"))
    back_on = trail.first(What.RETURN_DATE, since=said.seq - 1, ours=False)
    listed = trail.first(What.LIST_IN, since=said.seq, ours=True, test=is_on(NURTURE))
    until = trail.with_it(listed, What.NURTURE_UNTIL)
    due = date.fromisoformat(str(back_on.after)[:10])
    doing = trail.first(DOINGS, since=listed.seq, ours=False, test=lambda trace: trace.at.date() >= due)
    left = trail.first(What.LIST_OUT, since=doing.seq, ours=True, test=is_on(NURTURE))
    again = trail.first(What.STAGE, since=doing.seq, ours=True, test=TO_SALES)
    if again.cycle != left.cycle or trail.has(What.LIST_OUT, since=listed.seq, until=left.seq, test=is_on(NURTURE)):
        raise LookupError("it came back for another reason")
    route = trail.by_then(again, What.ROUTE_WHY)
    return [
        _sentence(about, f"{trail.name}'s rep answered “Not now”, back on {due.isoformat()}.", said, back_on),
        _sentence(about, f"leadloop put them on “{listed.after}” until {str(until.after)[:10]}.", listed, until),
        _sentence(about, f"On {day(doing.at)}, the date being reached, {trail.name} {_did([doing])}.", doing),
        _sentence(about, f"They left the list and were with sales again ({route.after}).", left, again, route),
    ]


def wrong_person(trail: Trail) -> list[Sentence]:
    """To another rep in the next cycle."""
    about = "Wrong person, so another rep"
    said = trail.first(What.VERDICT, ours=False, test=is_set_to("Wrong person"))
    owner = trail.first(What.OWNER, since=said.seq, ours=True)
    first, second = trail.colleague(owner.before), trail.colleague(owner.after)
    twin = trail.with_it(owner, What.HUBSPOT_OWNER)
    task = trail.with_it(owner, What.TASK)
    touch = trail.first({*TOUCHES, *ANSWERS}, since=task.seq, ours=False)
    return [
        _sentence(about, f"{first} looked at {trail.name} and answered “Wrong person”.", said),
        _sentence(about, f"The next cycle gave the lead to {second}, in both systems.", owner, twin),
        _sentence(about, f"{second} got a task of their own and took it up on {day(touch.at)}.", task, touch),
    ]


def data_wrong(trail: Trail) -> list[Sentence]:
    """Into the visible queue, mended by an admin, back to the same rep."""
    about = "Data wrong, mended, and back"
    said = trail.first(What.VERDICT, ours=False, test=is_set_to("Data wrong"))
    queued = trail.first(What.QUEUE, since=said.seq, ours=True, test=is_set_to("needs_data"))
    missing = trail.with_it(queued, What.NEEDS_DATA)
    mended = trail.first(What.DATA, since=queued.seq, ours=False)
    again = trail.first(What.STAGE, since=mended.seq, ours=True, test=is_set_to("assigned"))
    route = trail.with_it(again, What.ROUTE_WHY)
    return [
        _sentence(about, f"{trail.name}'s rep answered “Data wrong”.", said),
        _sentence(about, f"The lead waited in the queue needs_data (“{missing.after}”).", queued, missing),
        _sentence(about, f"On {day(mended.at)} an admin wrote a number down that had been looked up.", mended),
        _sentence(about, f"The lead was assigned again ({route.after}).", again, route),
    ]


def hand_raise_in_cool_off(trail: Trail) -> list[Sentence]:
    """A request to be called goes through a rest that has months to run, to the rep who knows them."""
    about = "A hand-raise through the cool-off"
    resting = trail.first(What.STAGE, ours=True, test=is_set_to("recycled"))
    until = trail.with_it(resting, What.NURTURE_UNTIL)
    answer = trail.first(What.OUTCOME, ours=False)
    raised = trail.first(What.FORM, since=resting.seq, ours=False, test=_demo_form)
    again = trail.first(
        What.STAGE, since=resting.seq, ours=True, test=lambda t: t.after in {"assigned", "mql"} != t.before
    )
    route = trail.by_then(again, What.ROUTE_WHY)
    if raised.seq > again.seq or str(until.after)[:10] <= raised.at.date().isoformat():
        raise LookupError("the rest was over")
    if answer.seq > resting.seq or "spoke with them last" not in str(route.after):
        raise LookupError("nobody knew them")
    return [
        _sentence(
            about,
            f"{trail.name} was put to rest until {str(until.after)[:10]} (“{answer.after}”).",
            answer,
            resting,
            until,
        ),
        _sentence(about, f"On {day(raised.at)} they sent “{raised.after}” all the same.", raised),
        _sentence(about, f"They were with sales in the next cycle ({route.after}).", again, route),
    ]


def unstaffed(trail: Trail) -> list[Sentence]:
    """Nobody is at work: the lead waits where everybody can see it."""
    about = "Nobody at work"
    raised = trail.first(What.FORM, ours=False, test=_demo_form)
    queued = trail.first(What.QUEUE, since=raised.seq, ours=True, test=is_set_to("unassigned"))
    cause = trail.with_it(queued, What.ROUTE_WHY, test=lambda trace: "away" in str(trace.after))
    assigned = trail.first(What.STAGE, since=queued.seq, ours=True, test=is_set_to("assigned"))
    route = trail.with_it(assigned, What.ROUTE_WHY)
    return [
        _sentence(about, f"{trail.name} sent “{raised.after}” on {day(raised.at)}.", raised),
        _sentence(about, f"The lead waited in the visible queue unassigned ({cause.after}).", queued, cause),
        _sentence(about, f"On {day(assigned.at)} it was assigned ({route.after}).", assigned, route),
    ]


def ignored(trail: Trail) -> list[Sentence]:
    """Silence accepts nothing: the lead is taken back into the queue."""
    about = "Ignored"
    assigned = trail.first(What.STAGE, ours=True, test=is_set_to("assigned"))
    queued = trail.first(What.QUEUE, since=assigned.seq, ours=True, test=is_set_to("unassigned"))
    cause = trail.with_it(queued, What.ROUTE_WHY)
    if trail.has({*TOUCHES, *ANSWERS}, since=assigned.seq, until=queued.seq, ours=False):
        raise LookupError("somebody did something")
    return [
        _sentence(about, f"{trail.name} was assigned on {day(assigned.at)} and nobody called.", assigned),
        _sentence(
            about, f"Silence accepts nothing: on {day(queued.at)} the lead was queued ({cause.after}).", queued, cause
        ),
    ]


CHAPTERS: tuple[Chapter, ...] = (
    accepted_by_calling,
    not_now_and_back,
    wrong_person,
    data_wrong,
    hand_raise_in_cool_off,
    unstaffed,
    ignored,
)


def rejected(reason: str) -> Chapter:
    """What became of the first lead that was rejected for this reason: a list with a date, or out of the loop."""

    def tell(trail: Trail) -> list[Sentence]:
        said = trail.first(ANSWERS, ours=False, test=is_set_to(reason))
        moved = trail.first(What.STAGE, since=said.seq, ours=True, test=is_set_to("recycled", "disqualified"))
        if moved.cycle - said.cycle > SOON:
            raise LookupError("it moved for another reason")
        if moved.after == "disqualified":
            return [_sentence("Rejected", f"{trail.name}: “{reason}”, and out of the loop.", said, moved)]
        listed = trail.with_it(moved, What.LIST_IN, test=is_on(NURTURE))
        until = trail.by_then(listed, What.NURTURE_UNTIL) if _has_date(trail, moved) else None
        when = f" until {str(until.after)[:10]}" if until else ""
        return [_sentence("Rejected", f"{trail.name}: “{reason}”, on “{listed.after}”{when}.", said, moved, listed)]

    return tell


def _has_date(trail: Trail, moved: Trace) -> bool:
    return any(t.what is What.NURTURE_UNTIL and t.ours and t.cycle == moved.cycle and t.after for t in trail.traces)
