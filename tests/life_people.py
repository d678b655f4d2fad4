"""What people do in random histories: prospects, reps, managers, admins and marketers."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.life import HOUR_S, ONCE_PER_S, OUTCOMES, Life, everybody
from tests.town_rules import COUNTRIES, MANAGER, PUBLISHED, REPS, STAFF, Edit
from tests.town_told import about, buttons

VERDICTS = ("Accept", "Wrong person", "Data wrong", "Not our target", "Already working it")
STATUSES = ("Working - Contacted", "Open - Not Contacted", "Closed - Not Converted", "Closed - Converted")
BUTTONS = {"accept": "Accept", "wrong_person": "Wrong person", "not_target": "Not our target", "snooze": "Accept"}
MOST_PUBLISHED = 2
"""Times in one history: reading all rules anew takes as long as several cycles."""


class Prospects(Life):
    """What people do on the website, and what becomes known of them."""

    @rule(email=everybody, path=st.sampled_from(["/compare", "/pricing", "/blog"]))
    def looks_at_a_page(self, email: str, path: str) -> None:
        self.happened(email, "page", self.town.in_hubspot("page_view", email, url=f"https://our.example{path}"))

    @rule(email=everybody, number=st.integers(0, 4))
    def downloads_a_guide(self, email: str, number: int) -> None:
        did = self.town.in_hubspot("submit_form", email, form=f"Guide {number}", values={})
        self.happened(email, "guide", did)

    @rule(email=everybody)
    def warms_up_at_once(self, email: str) -> None:
        did = self.town.in_hubspot("page_view", email, url="https://our.example/compare")
        for number in range(4):
            self.town.in_hubspot("submit_form", email, form=f"Guide {number}", values={})
        self.happened(email, "warm", did)

    @rule(email=everybody)
    def asks_to_be_called(self, email: str) -> None:
        did = self.town.in_hubspot("submit_form", email, form="Demo request", values={"message": "Hi"})
        at = self.town.world.now().timestamp()
        if did and at - self.asked.get(email, 0.0) > ONCE_PER_S + HOUR_S:
            self.raised.append(email)
            self.asked[email] = at
        self.happened(email, "demo", did)

    @rule(email=everybody)
    def opts_out(self, email: str) -> None:
        self.happened(email, "opt-out", self.town.in_hubspot("unsubscribe", email))

    @precondition(lambda self: self.site.ways.linked)
    @rule(email=everybody, country=st.sampled_from(COUNTRIES))
    def moves_to(self, email: str, country: str) -> None:
        self.happened(email, "data", self.town.in_hubspot("edit", email, as_="marketer", country=country))


class Reps(Life):
    """What reps say and do in Salesforce and in Slack."""

    @rule(email=everybody, label=st.sampled_from(VERDICTS))
    def gives_a_verdict(self, email: str, label: str) -> None:
        self.answer(email, label, do="edit", LL_Verdict__c=label)

    @rule(
        email=everybody,
        label=st.sampled_from(OUTCOMES),
        date=st.sampled_from([None, "2026-01-01", "2026-12-01", "2029-01-01"]),
    )
    def tells_the_outcome(self, email: str, label: str, date: str | None) -> None:
        self.answer(email, label, do="outcome", outcome=label, return_date=date)

    def answer(self, email: str, label: str, *, do: str, **fields: Any) -> None:
        shown = self.town.lead(email)
        said = shown is not None and label in {shown.get("LL_Verdict__c"), shown.get("LL_Outcome__c")}
        self.answered(email, label, said=said, did=self.town.in_salesforce(do, email, **fields))

    @rule(email=everybody, by=st.sampled_from([None, *STAFF]))
    def logs_a_call(self, email: str, by: str | None) -> None:
        more = {"by_email": by} if by else {}
        did = self.town.is_there(by or self.town.owner(email))
        did = did and self.town.in_salesforce("call", email, subject="Spoke", duration_s=240, **more)
        self.happened(email, "call", did)

    @rule(email=everybody, status=st.sampled_from(STATUSES))
    def sets_the_status(self, email: str, status: str) -> None:
        found = self.town.lead(email)
        did = found is not None and found["type"] == "Lead" and status != "Closed - Converted"
        if did:
            self.town.in_salesforce("edit", email, Status=status)
        self.happened(email, "status", did)

    @rule(email=everybody, rep=st.sampled_from(REPS))
    def gives_it_to_somebody(self, email: str, rep: str) -> None:
        is_there = rep not in self.away
        did = is_there and self.town.in_salesforce("edit", email, as_="admin", OwnerEmail=rep)
        self.happened(email, "owner", did)

    @rule(email=everybody, day=st.sampled_from(["2026-10-01", "2027-02-01"]))
    def snoozes(self, email: str, day: str) -> None:
        self.happened(email, "snooze", self.town.in_salesforce("edit", email, LL_Snooze_Until__c=day))

    @rule(email=everybody, field=st.sampled_from(["LL_Verdict__c", "LL_Outcome__c"]))
    def clears_an_answer(self, email: str, field: str) -> None:
        self.happened(email, "cleared", self.town.in_salesforce("edit", email, **dict[str, Any]({field: None})))

    @rule(email=everybody)
    def completes_the_task(self, email: str) -> None:
        found = self.town.lead(email)
        rows = self.town.world.objects("Task", system="salesforce") if found else []
        mine = [row for row in rows if found and row["WhoId"] == found["Id"] and row["Status"] != "Completed"]
        for row in mine:
            self.town.world.act("edit", system="salesforce", id=row["Id"], as_="rep", Status="Completed")
        self.happened(email, "task", bool(mine))

    @rule(email=everybody, phone=st.sampled_from(["", "+1 202 555 0100", "+1 202 555 0101"]))
    def corrects_the_data(self, email: str, phone: str) -> None:
        self.happened(email, "data", self.town.in_hubspot("edit", email, as_="marketer", phone=phone))

    @precondition(lambda self: self.site.ways.told)
    @rule(email=everybody, answer=st.sampled_from(sorted(BUTTONS)), by=st.sampled_from([None, None, MANAGER, *REPS]))
    def presses_a_button(self, email: str, answer: str, by: str | None) -> None:
        """In the last message about them that has any; `by` nobody: whoever got it."""
        each, owners = self.seen.get(email), self.town.addresses()
        key = each.lead.key if each is not None else ""
        found = [message for message in self.town.messages() if buttons(message) and about(message)[0] == key]
        if not found or each is None:
            return
        who = by or owners[found[-1]["channel"]]
        self.town.press(found[-1], answer, who)
        is_theirs = each.handoff is not None and each.handoff.number == about(found[-1])[1]
        label = BUTTONS[answer] if is_theirs and each.handoff and who in {each.handoff.owner, MANAGER} else "pressed"
        shown = self.town.lead(email)
        said = shown is not None and shown.get("LL_Verdict__c") == label
        self.answered(email, label, said=said or label == "pressed", did=True)

    @precondition(lambda self: self.site.ways.wooed)
    @rule(email=everybody, asks=st.booleans())
    def asks_for_air_cover(self, email: str, asks: bool) -> None:
        account = self.town.accounts[email]
        self.town.world.act("edit", system="salesforce", id=account, as_="rep", LL_Air_Cover__c=asks)
        self.happened(email, "cover", False)


class Managers(Life):
    """Who comes and goes, who is on which list, and by which rules all that is."""

    @rule(rep=st.sampled_from(REPS), there=st.booleans())
    def comes_or_goes(self, rep: str, there: bool) -> None:
        self.town.world.act("edit", system="salesforce", id=rep, as_="admin", IsActive=there)
        self.away = self.away - {rep} if there else self.away | {rep}
        self.happened(rep, "present", True)

    @rule(email=everybody)
    def is_taken_off_the_lists(self, email: str) -> None:
        each = self.seen.get(email)
        did = False
        for name in sorted(each.lists) if each is not None and self.town.has_contact(email) else ():
            rows = self.town.world.objects("lists", system="hubspot")
            found = next((row for row in rows if row["name"] == name), None)
            if found is not None:
                did |= self.town.in_hubspot("edit", email, as_="marketer", list_remove=found["listId"])
        self.town.waits_for_night |= did
        self.happened(email, "list", did)

    @rule(email=everybody)
    def becomes_a_customer(self, email: str) -> None:
        did = self.town.in_hubspot("edit", email, as_="marketer", lifecyclestage="customer")
        self.happened(email, "customer", did)

    @precondition(lambda self: self.town.cycles > 1 and self.town.published < MOST_PUBLISHED)
    @rule(edit=st.sampled_from(PUBLISHED))
    def other_rules_are_published(self, edit: Edit) -> None:
        if self.town.publish(edit):
            self.happened("", "rules", False)
