"""What a publication changes, in words: one paragraph for whoever publishes, one per team, one for marketing."""

from collections import Counter
from collections.abc import Iterator, Sequence

from domain.effect import Effect, Move, TeamEffect
from domain.rule_problem import unjudged
from reports.unjudged import sentence

MARKETING = "marketing"
MOST = 6
"""Lines of a kind that are told; the rest is counted."""


def lines_of(effect: Effect) -> Iterator[str]:
    """The whole effect, for whoever publishes."""
    of = f"{effect.looked_at} of {effect.total} leads" if effect.is_sample else f"all {effect.total} leads"
    yield f"Tried on {of}: {_numbers(effect.up, effect.down)}."
    yield from _moves("band", effect.bands)
    yield from _moves("stage", effect.stages)
    if effect.newly_above:
        some = ", ".join(map(str, effect.newly_above[:MOST]))
        more = f" and {len(effect.newly_above) - MOST} more" if len(effect.newly_above) > MOST else ""
        yield f"{_leads(len(effect.newly_above))} newly above the line, to be listed and not handed off: {some}{more}."
    if effect.no_longer_above:
        yield f"{_leads(effect.no_longer_above)} no longer above the line."
    for (connection, kind, name), count in effect.values.most_common(MOST):
        yield f"{connection} {kind}.{name}: another value for {_leads(count)}."
    if len(effect.values) > MOST:
        yield f"… and {len(effect.values) - MOST} fields more."
    yield from _conflicts(effect)
    yield from _gates(effect)
    if effect.failed:
        yield f"! The new rules fail for {_leads(effect.failed)}: they would be set aside undecided."
    for one in unjudged(effect.unjudged)[:MOST]:
        yield f"! {sentence(one)}. It counts as not met there."
    if effect.is_sample:
        yield "Figures are of the sample; `--whole` looks at every lead."


def _conflicts(effect: Effect) -> Iterator[str]:
    """What the rules would newly leave to a person, and what they would take off their hands."""
    if effect.undecided:
        told = _by_property(effect.undecided)
        yield f"! Newly undecided, to wait in `leadloop conflicts list` with both sides left as they are: {told}."
    if effect.settled:
        yield f"No longer undecided: {_by_property(effect.settled)}."


def _by_property(counts: Counter[str]) -> str:
    told = ", ".join(f"{name} of {_leads(count)}" for name, count in counts.most_common(MOST))
    return f"{told}{f' and {len(counts) - MOST} properties more' if len(counts) > MOST else ''}"


def _gates(effect: Effect) -> Iterator[str]:
    """What a changed gate does: who is taken out of a connection, and who is let in."""
    for gate in sorted({*effect.taken_out, *effect.let_in}):
        out, back = effect.taken_out[gate], effect.let_in[gate]
        told = [*([f"{_leads(out)} out"] if out else []), *([f"{_leads(back)} in"] if back else [])]
        yield f"The {gate[1]} gate of {gate[0]}: {', '.join(told)}."


def paragraphs(effect: Effect, edits: Sequence[str], teams: Sequence[str]) -> dict[str, str]:
    """Team → what changes for it. Nobody is named."""
    said = _said(edits)
    return {
        **{team: f"{said} {_for_team(effect.teams.get(team, TeamEffect()), effect)}" for team in teams},
        MARKETING: f"{said} {_for_marketing(effect)}",
    }


def _said(edits: Sequence[str]) -> str:
    if not edits:
        return "The rules are unchanged."
    more = f" and {len(edits) - 3} edits more" if len(edits) > 3 else ""
    return f"{len(edits)} edits: {'; '.join(edits[:3])}{more}." if len(edits) > 1 else f"One edit: {edits[0]}."


def _for_team(team: TeamEffect, effect: Effect) -> str:
    among = " of the leads that were tried" if effect.is_sample else ""
    waits = _waiting(team)
    if not team.up and not team.down and not team.bands and not waits:
        return f"Nothing changes for your {_leads(team.leads)}{among}."
    bands = "".join(f" {count} go from {before} to {after}." for (before, after), count in team.bands.most_common(3))
    return f"Of your {_leads(team.leads)}{among}: {_numbers(team.up, team.down)}.{bands}{waits}"


def _waiting(team: TeamEffect) -> str:
    waits = f" The systems newly differ on {_leads(team.undecided)}, until somebody decides." if team.undecided else ""
    return f"{waits} On {_leads(team.settled)} something is no longer undecided." if team.settled else waits


def _for_marketing(effect: Effect) -> str:
    above = len(effect.newly_above)
    line = f"{_leads(above)} newly above the line" if above else "Nobody is newly above the line"
    told = [("Newly", effect.undecided), ("No longer", effect.settled)]
    waits = "".join(f" {how} undecided: {_by_property(counts)}." for how, counts in told if counts)
    return f"{line}; {_numbers(effect.up, effect.down)}.{waits}"


def _numbers(up: int, down: int) -> str:
    return f"{up} get a higher number, {down} a lower one" if up or down else "no number changes"


def _moves(what: str, moves: Counter[Move]) -> Iterator[str]:
    if moves:
        told = ", ".join(f"{before} → {after} {count}" for (before, after), count in moves.most_common(MOST))
        rest = sum(moves.values()) - sum(count for _, count in moves.most_common(MOST))
        yield f"Another {what}: {told}{f', others {rest}' if rest else ''}."


def _leads(count: int) -> str:
    return "1 lead" if count == 1 else f"{count} leads"
