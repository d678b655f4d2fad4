"""What befalls a town in random histories: records merged, converted and deleted, time, restarts, kills and faults."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.crash_points import POINTS
from tests.life import DAY_S, HOUR_S, TANGLE, Life, everybody
from tests.town import PEOPLE

FAULTS = (
    ("reply_lost", "salesforce", "PATCH", "sobjects", True),
    ("server_error", "salesforce", "PATCH", "sobjects", False),
    ("row_lock", "salesforce", "PATCH", "sobjects", False),
    ("partial_failure", "salesforce", "PATCH", "composite", False),
    ("reply_lost", "hubspot", "POST", "batch/update", True),
    ("server_error", "hubspot", "PUT", "memberships", True),
    ("rate_limit", "hubspot", "POST", "batch/update", False),
    ("expired_session", "salesforce", "PATCH", "sobjects", False),
    ("reply_lost", "slack", "POST", "chat.postMessage", True),
    ("server_error", "slack", "POST", "chat.postMessage", False),
    ("rate_limit", "slack", "POST", "conversations", False),
)


class Vendors(Life):
    """What the systems do with records."""

    @rule(email=everybody, deal=st.booleans())
    def is_converted(self, email: str, deal: bool) -> None:
        found = self.town.lead(email)
        did = found is not None and found["type"] == "Lead" and str(found["OwnerId"]).startswith("005")
        if did:
            self.town.in_salesforce("convert", email, create_opportunity=deal)
            self.elsewhere.add(email)
        self.happened(email, "converted", did)

    @rule(number=st.integers(0, 3), stage=st.sampled_from(["Closed Won", "Closed Lost", "Negotiation/Review"]))
    def a_deal_moves(self, number: int, stage: str) -> None:
        deals = [row for row in self.town.world.objects("Opportunity", system="salesforce") if not row.get("IsDeleted")]
        for row in deals[number : number + 1]:
            self.town.world.act("edit", system="salesforce", id=row["Id"], as_="admin", StageName=stage)
        for email in PEOPLE:
            self.last_act.pop(email, None)
        self.happened(PEOPLE[0], "deal", False)

    @rule(email=everybody, loser=everybody)
    def two_are_merged(self, email: str, loser: str) -> None:
        did = email != loser and self.town.has_contact(email) and self.town.has_contact(loser)
        if did:
            rows = self.town.world.objects("contacts", system="hubspot")
            gone = next(r["id"] for r in rows if r["properties"].get("email") == loser and not r["archived"])
            self.town.in_hubspot("merge", email, as_="marketer", loser_id=gone)
            self.raised = [each for each in self.raised if each not in {email, loser}]
            self.united |= {email, loser}
            self.last_act |= dict.fromkeys((email, loser), (TANGLE, self.town.cycles))
        self.happened(email, "merged", False)

    @rule(email=everybody)
    def a_lead_is_deleted(self, email: str) -> None:
        did = self.town.in_salesforce("delete", email, as_="admin")
        self.happened(email, "deleted", did)


class Trouble(Life):
    """Time, and what breaks."""

    @rule(s=st.sampled_from([300.0, HOUR_S, 5 * HOUR_S, DAY_S, 3 * DAY_S, 15 * DAY_S, 45 * DAY_S, 200 * DAY_S]))
    def time_passes(self, s: float) -> None:
        self.run(s)

    @precondition(lambda self: self.since_cycle > 0)
    @rule()
    def the_daemon_begins_anew(self) -> None:
        self.town.restart()

    @precondition(lambda self: self.since_cycle > 0)
    @rule(point=st.sampled_from(POINTS), times=st.integers(1, 4))
    def the_daemon_is_killed(self, point: str, times: int) -> None:
        self.town.killed_at(point, times)
        self.run()

    @rule(fault=st.sampled_from(FAULTS))
    def a_write_meets_a_fault(self, fault: tuple[str, str, str, str, bool]) -> None:
        kind, system, method, path, after_commit = fault
        self.town.world.fault(kind, system=system, method=method, path=path, after_commit=after_commit)
        self.since_cycle = max(self.since_cycle, 1)
