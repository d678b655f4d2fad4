"""`leadloop doctor`: tries every connection and names what is missing, with the mend on the next line."""

from collections.abc import Iterator, Set
from contextlib import closing
from pathlib import Path

from config.load import rules_from_document
from config.rules import Rules
from config.settings import Environment
from domain.drift import DriftKind
from domain.place import FieldOf
from domain.run import RuleVersion
from handoff.air_cover import Standing
from leadloop import exits, screen
from leadloop.anchors import trouble, unanchored
from leadloop.app import App, open_app
from leadloop.checkup import Finding, Mark, fine, warning, wrong
from leadloop.clocks_told import clocks_of, force_word, told, waits_word
from leadloop.connection_checks import examine_connection
from leadloop.owning import owner_troubles
from leadloop.reaching import unheard
from leadloop.standing_elsewhere import elsewhere, words_of
from leadloop.status_of import look_at
from leadloop.words_told import strange_in
from mapping.assets import assets_of
from mapping.contested import undecided
from reports import owners, unjudged
from reports.drift import sentence
from reports.going_live import Word
from reports.lists import asleep
from reports.never_met import never_met
from reports.routing_health import routing_troubles
from reports.standing import by_whom, on_how_many
from reports.staying import cause, mend, nearest
from scoring.wording import one_line
from store import rules as rule_store
from store import survey as survey_store
from sync.air_cover import covers_now
from sync.material import users


def run(folder: Path, *, environment: str | None, as_json: bool) -> int:
    """0 when nothing is wrong, 1 otherwise; warnings alone are 0."""
    with closing(open_app(folder, environment=environment)) as app:
        findings = list(examine(app))
    wrong = any(finding.mark is Mark.WRONG for finding in findings)
    if as_json:
        checks = [{"mark": each.mark.name.lower(), "what": each.what, "mend": each.mend} for each in findings]
        screen.document({"ok": not wrong, "checks": checks})
    else:
        for finding in findings:
            screen.show(f"{finding.mark} {finding.what}")
            if finding.mend:
                screen.show(f"    {finding.mend}")
    return exits.SOME_FAILED if wrong else exits.OK


def examine(app: App) -> Iterator[Finding]:
    """Every check in the order in which a person would mend things."""
    draft = app.installation.rules
    with app.store.read() as tx:
        published = rule_store.current(tx)
    yield fine(f"settings and rules {draft.hash[:8]} can be read")
    if published is not None and published.hash != draft.hash:
        yield warning("the folder differs from the rules in force", mend="Run `leadloop config publish`.")
    in_force = rules_from_document(published.document) if published is not None else draft
    for name, connector in app.connectors.items():
        yield from examine_connection(app, name, connector, rules=in_force)
    strange = list(strange_in(app, in_force))
    for one in strange:
        yield warning(one.words, mend=f"{one.mend}.")
    yield from _webhooks(app)
    yield from _notices(app)
    yield from _drifted(app, told_of={one.field for one in strange if one.field is not None})
    yield from _others(app)
    yield from _fought_over(app)
    yield from _stays(app)
    yield from _untold(app)
    yield from _not_followed(app)
    yield from _audited(app)
    yield from _steps(app)
    yield from _reps(app)
    yield from _clocks(app, published)
    yield from _lists(app, in_force)
    yield from _unmet(app)
    for words in words_of(elsewhere(app.store)):
        yield warning(words, mend="Erase them there, too; leadloop deletes nothing there. See docs/erasure.md.")


def _lists(app: App, rules: Rules) -> Iterator[Finding]:
    """Lists that somebody should send to and nobody does, and reps who want more air cover than there is."""
    now = app.clock.now()
    with app.store.read() as tx:
        sleeping = list(asleep(tx, rules.mapping, rules.lifecycle, now=now))
        covers = covers_now(tx, rules.mapping, rules.lifecycle, now=now)
    for words in sleeping:
        yield warning(words, mend="Send to it, or take the reason another way: `leadloop lists list`.")
    waiting = sum(each.standing is Standing.WAITS for each in covers.values())
    if waiting:
        what = f"{waiting} accounts wait" if waiting > 1 else "1 account waits"
        yield warning(
            f"{what} for air cover: their owners have as many as they may", mend="`leadloop air-cover` names them."
        )


def _unmet(app: App) -> Iterator[Finding]:
    """Assets that the playbook of reports.yaml names and that nobody ever met."""
    rules = app.installation.reports
    wanted = [each.asset for each in rules.playbook.cells if each.asset.strip()]
    for name in never_met(app.store, assets_of(rules.assets), wanted):
        mend = "`leadloop report assets` has the names of what people met."
        yield warning(f"reports.yaml: nobody ever met `{one_line(name)}`, which the playbook names", mend=mend)


def _webhooks(app: App) -> Iterator[Finding]:
    """Half of what they need is as good as nothing."""
    listens = app.settings.webhooks.public_url is not None
    able = [name for name, each in app.settings.connections.items() if getattr(each, "webhook_secret", None)]
    if listens and not able:
        mend = "Give the connection the `webhook_secret` of its app: until then every call is turned away."
        yield warning("webhooks are on and no connection has a secret to tell them by", mend=mend)
    for name in able if not listens else ():
        mend = "Set `public_url` under `webhooks` in leadloop.yaml, or take `webhook_secret` away."
        yield warning(f"{name}: has a webhook_secret, and nobody listens", mend=mend)


def _notices(app: App) -> Iterator[Finding]:
    """Leads that are handed off in silence, and a test environment that tells nobody."""
    going, notices = look_at(app).going, app.settings.notices
    silent = unheard(notices, hands_off=(going.order.step if going else app.settings.go_live).hands_off)
    if silent is not None and app.settings.environment is not Environment.SIMULATOR:
        yield warning(silent, mend="docs/notices.md says how to connect Slack, mail or a webhook.")
    if app.settings.environment is Environment.TEST and notices.tells_anybody and notices.only_to is None:
        mend = "Set `only_to` under `notices` in leadloop.yaml: everything then goes to that address."
        yield warning("a test environment: nobody is told anything", mend=mend)


def _drifted(app: App, *, told_of: Set[FieldOf]) -> Iterator[Finding]:
    """Fields that became others than the rules rely on; what lacks altogether or cannot be written is told above."""
    for one in look_at(app).drifts:
        if one.drift.kind is DriftKind.WORDS and one.field in told_of:
            continue
        if one.drift.kind in (DriftKind.GONE, DriftKind.RETYPED, DriftKind.WORDS):
            yield warning(sentence(one), mend=f"{one.mend}.")


def _others(app: App) -> Iterator[Finding]:
    """Fields that a survey found contested and nobody has decided about: they are not written meanwhile."""
    with app.store.read() as tx:
        surveys = survey_store.latest(tx)
    if not surveys:
        yield warning("nobody looked yet who else writes our fields", mend="Run `leadloop survey`.")
        return
    waiting = undecided(surveys, app.installation.rules.mapping, app.types)
    if waiting:
        places = ", ".join(f"{each.field.connection} {each.field.place}" for each in waiting)
        mend = "`leadloop survey` says who else writes them, and which lines mapping.yaml wants."
        yield warning(f"not written until decided: {places}", mend=mend)


def _fought_over(app: App) -> Iterator[Finding]:
    """Fields that we stopped writing, and what the neighbour did not carry in time."""
    found = look_at(app)
    for one in found.stopped:
        mend = (
            f"Switch it off there, or decide in mapping.yaml whose the field is; then `leadloop errors resume "
            f"{one.field.connection} {one.field.object}.{one.field.field}`."
        )
        yield warning(f"{one.field} is written no more {on_how_many(one)}: overwritten by {by_whom(one)}", mend=mend)
    for late in found.overdue:
        what = f"{late.field}: {late.values:,} values have not arrived since {late.since:%Y-%m-%d %H:%M} UTC"
        yield warning(what, mend="Look at its sync errors in HubSpot, and at its field mapping.")


def _stays(app: App) -> Iterator[Finding]:
    """What the systems would refuse, or nobody can read: it goes by itself once it is mended."""
    for one in look_at(app).blocked:
        yield warning(f"{one.column} {cause(one)}{nearest(one)}: {one.values:,} stay at home", mend=mend(one))


def _untold(app: App) -> Iterator[Finding]:
    """Rules whose conditions fail: they go on as not met until somebody mends them."""
    for one in look_at(app).unjudged:
        yield warning(unjudged.sentence(one), mend=unjudged.mend(one))


def _not_followed(app: App) -> Iterator[Finding]:
    """What people changed by hand and no rule could follow: it stands as they left it."""
    for one in look_at(app).notes:
        many = f"{one.leads:,} lead{'s' if one.leads != 1 else ''}"
        yield warning(f"{one.words} ({many})", mend=f"`leadloop explain {one.examples[0]}` shows one of them.")


def _audited(app: App) -> Iterator[Finding]:
    """Whether the audit's end is where its anchor says, and is anchored at all."""
    if cut := trouble(app.store, app.anchors):
        yield wrong(cut, mend="`leadloop audit verify` names the first row that is not as it was.")
    elif behind := unanchored(app.store, app.anchors):
        mend = "See whether it can be written; until then a cut of the audit's end would not be seen."
        yield warning(f"the last {behind:,} rows of the audit have no anchor in {app.anchors.path}", mend=mend)


def _steps(app: App) -> Iterator[Finding]:
    """Where leadloop.yaml and the step in force differ, and a table of first stages that nobody looked at."""
    going = look_at(app).going
    if going is None:
        return
    step, setting = going.order.step, app.settings.go_live
    if step is not setting:
        mend = "The last order counts. Edit go_live to say the same, or to order another step."
        yield warning(f"go_live is `{step}` by {going.order.by}, and leadloop.yaml says `{setting}`", mend=mend)
    if going.baseline is not Word.CONFIRMED:
        mend = "`leadloop baseline` shows the table; then `leadloop baseline confirm`."
        yield warning(f"the first stages are {going.baseline}", mend=mend)


def _reps(app: App) -> Iterator[Finding]:
    """Reps whom the rules name, and owners of leads, who are nobody somewhere, as of the last pull."""
    rules = app.installation.rules
    with app.store.read() as tx:
        known = users(tx, rules.mapping).reps
    if not known:
        yield warning("no users were read yet", mend="Run `leadloop plan --pull`.")
        return
    for each in routing_troubles(rules.routing, known, now=app.clock.now(), territories=rules.territories):
        yield (wrong if each.is_error else warning)(each.what, mend=each.mend)
    for one in owner_troubles(app.store, rules, app.types):
        found = wrong if one.is_error else warning
        yield found(owners.sentence(one), mend=owners.mend(one))


def _clocks(app: App, published: RuleVersion | None) -> Iterator[Finding]:
    """How well each team logs what it does, what that means for its touch clock, and who logs least."""
    if published is None:
        return
    rules, now = rules_from_document(published.document), app.clock.now()
    found = clocks_of(app.store, rules, app.settings, version=published, now=now)
    for one in found.unheard:
        yield warning(waits_word(one, now=now), mend="No step is taken until it was read again.")
    for team in found.teams:
        reps = ", ".join(f"{email} {told(each)}" for email, each in team.reps)
        what = f"team {team.team}: touches logged {told(team.own)}; touch clock {force_word(team)}"
        if team.footing.acts:
            yield fine(f"{what}{f' ({reps})' if reps else ''}")
            continue
        mend = "Reminders, releases and rests are only counted. Let reps log calls and mails where they work"
        yield warning(what, mend=f"{mend}: {reps}." if reps else f"{mend}.")
