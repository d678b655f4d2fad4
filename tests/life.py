"""What every random history of a town keeps in mind: who said what last, who asked to be called, and the judges."""

from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from domain.stage import Stage
from handoff.hand_raise import LATE
from tests.installation import HALF_HOUR_S
from tests.town import PEOPLE, Site, Town
from tests.town_laws import Rest, Standing, broken, standings
from tests.town_told import Told
from tests.town_turns import unfair_shares
from tests.town_wooed import wrongly_wooed

HOUR_S, DAY_S = 3600.0, 86_400.0
OUTCOMES = (
    *("Meeting", "Qualified", "Not now", "No budget", "No need", "Chose another", "Unreachable", "Left company"),
)
PASSES_ON = frozenset({"Meeting", "Qualified"})
ROADS = {label: {"c"} for label in ("Not our target", *OUTCOMES[2:])} | {
    "Wrong person": {"a"},
    "Data wrong": {"b", "a"},
    "Left company": {"d"},
}
"""Law 5's roads by answer; wrong data may be mended within two cycles."""
GIVES_BACK = frozenset({"Not our target", "Data wrong"})
"""With which whoever follows in a chain sends a lead to whoever handed it on."""
PATIENCE = timedelta(days=5)
"""After which a lead that waits for a rep, or for data, may have gone quiet."""
TANGLE = "several"
WITH_A_REP = frozenset({Stage.ASSIGNED, Stage.ACCEPTED, Stage.QUALIFIED})
ONCE_PER_S = 7 * DAY_S
"""The starter hears one request to be called a week."""

everybody = st.sampled_from(PEOPLE)


class Life(RuleBasedStateMachine):
    """The loop runs when so many things have happened; then everybody is judged."""

    site: Site

    def __init__(self) -> None:
        super().__init__()
        self.town = Town(site=self.site)
        self.told = Told(town=self.town)
        self.every = 1
        self.since_cycle = 0
        self.last_act: dict[str, tuple[str, int]] = {}
        self.acted_at: dict[str, datetime] = {}
        self.asked: dict[str, float] = {}
        self.raised: list[str] = []
        self.rejected_at: dict[str, datetime] = {}
        self.rejected_by: dict[str, Standing] = {}
        self.seen: dict[str, Standing] = {}
        self.united: set[str] = set()
        self.away: set[str] = set()
        """Reps who are inactive: the CRM gives them nothing."""
        self.elsewhere: set[str] = set()
        """Who was converted, and belongs to an account that this made."""

    def teardown(self) -> None:
        try:
            writes = self.town.quiet()
            self.judge()
            found = standings(self.town)
            wrong = [*Rest(town=self.town, everybody=found).broken(), *self.told.left_over(found)]
            assert not wrong, "\n".join(wrong)
            told = [(each["path"], each["effects"]) for each in writes]
            assert not told, f"the dust has settled and one more cycle writes {told}"
        finally:
            self.town.close()

    def happened(self, email: str, what: str, did: bool) -> None:
        """Two things that happen to somebody between two cycles are one tangle: nobody's last word is known."""
        if did:
            is_tangled = self.last_act.get(email, ("", -1))[1] == self.town.cycles
            self.last_act[email] = (TANGLE if is_tangled else what, self.town.cycles)
            self.acted_at[email] = self.town.world.now()
        self.since_cycle += 1
        if self.since_cycle >= self.every:
            self.run()

    def run(self, after_s: float = HALF_HOUR_S) -> None:
        self.since_cycle = 0
        self.town.cycle(after_s=after_s)
        self.judge()

    # --- an answer of a rep

    def answered(self, email: str, label: str, *, said: bool, did: bool) -> None:
        """It counts as the last word about them where a rep has them and it is not what stands there already."""
        each = self.seen.get(email)
        counts = did and not said and each is not None and each.lead.stage in WITH_A_REP
        if counts and each is not None:
            self.rejected_at[email] = self.town.world.now()
            self.rejected_by[email] = each
        self.happened(email, label if counts else "answer", did)

    # --- the judges

    def judge(self) -> None:
        town, found = self.town, standings(self.town)
        now = {email: each for each in found for email in each.emails}
        wrong = [
            *broken(found, town.lifecycle, now=town.now, united=self.united),
            *unfair_shares(town, found),
        ]
        if town.ways.told:
            wrong += self.told.broken(found)
        if town.ways.wooed:
            away = self.united | self.elsewhere
            wrong += wrongly_wooed(town, found, elsewhere=away, last_act=self.acted_at)
        assert not wrong, "\n".join(wrong)
        for email in self.raised:
            self.was_heard(email, now)
        for email, (what, cycle) in list(self.last_act.items()):
            if what in {*ROADS, *PASSES_ON} and town.cycles - cycle >= 2 and email in now:
                self.took_a_road(email, what, now[email])
                del self.last_act[email]
        self.raised = []
        self.seen = now

    def was_heard(self, email: str, now: dict[str, Standing]) -> None:
        """In the very next cycle: a rep or a queue with the cause, and somebody was told."""
        if email in self.united and self.town.now.timestamp() - self.asked[email] > LATE.total_seconds():
            return  # armed anew by the union, and asked so long ago that it is history
        each = now[email]
        before = self.seen[email].effects if email in self.seen else set()
        is_told = bool(each.effects - before)
        if each.lead.stage in {Stage.OPPORTUNITY, Stage.CUSTOMER}:
            assert is_told, f"{email} is {each.lead.stage}, asked to be called and nobody was told"
            return
        handoff = each.handoff
        assert handoff is not None, f"{email} asked to be called and is {each.lead.stage}"
        assert handoff.owner is not None or handoff.queue_cause, f"{email} asked to be called and is nowhere"
        is_answered = handoff.touched_at is not None
        has_task = handoff.owner is not None and any(step.startswith("task") for step in handoff.steps)
        is_in_sight = has_task or handoff.queue is not None
        is_to_do = is_in_sight and not self.town.ways.told  # without notices an open task and a queue are all there is
        assert is_told or is_answered or is_to_do, f"{email} asked to be called and nobody was told: {handoff}"

    def took_a_road(self, email: str, what: str, each: Standing) -> None:
        """Law 5, two cycles after an answer became visible and with nothing said since."""
        late = self.town.now - self.rejected_at[email] > PATIENCE
        before = self.rejected_by[email].handoff
        if what in PASSES_ON:
            self.went_on(email, what, each)
            return
        wanted = ROADS[what] | ({"c"} if late else set())
        if what in GIVES_BACK and before is not None and before.after is not None:
            wanted = wanted | {"a"}
        found = each.roads
        assert len(found) == 1, f"{email} was rejected ({what}) and is {each.lead.stage} on {found}"
        assert set(found) <= wanted, f"{email} was rejected ({what}) and took road {found}: {each.handoff}"
        if what == "Wrong person" and each.handoff is not None and before is not None:
            assert each.handoff.owner != before.owner, f"{email} is back with {each.handoff.owner}"

    def went_on(self, email: str, what: str, each: Standing) -> None:
        """What a pool's rep qualifies is the next team's, or waits for it, where there is a chain."""
        before = self.rejected_by[email].handoff
        if before is None or before.owner not in self.town.members("SDR") or not self.town.ways.linked:
            return
        following = [passed for passed in each.handoffs if passed.after == before.number]
        assert following, f"{email} was handed on ({what}) by {before.owner} and nobody has it: {each.handoff}"
