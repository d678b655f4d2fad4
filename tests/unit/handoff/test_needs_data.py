"""The queue for leads whose data are wrong: in sight, no clock, left when mended."""

from datetime import timedelta

from domain.handoff import Queue
from domain.stage import Stage
from tests.unit.handoff.material import BO, BOSS, CY, MONDAY, Case, assigned, form, raised, rep, reps, score, verdict

HOUR = timedelta(hours=1)
THEN = MONDAY + HOUR


def called_wrong(**missing: None) -> Case:
    case = assigned()
    case.values.update(missing)
    case.decide(THEN, verdict("Data wrong", THEN))
    return case


def test_it_waits_with_the_missing_fields_and_no_clock() -> None:
    case = called_wrong(phone=None)
    decision = case.history[-1]
    assert (case.stage(), case.lead.owner) == (Stage.MQL, None)
    assert (case.handoff.queue, case.owner(), case.handoff.touch_due_at) == (Queue.NEEDS_DATA, None, None)
    assert decision.properties["queue"] == "needs_data"
    assert decision.properties["needs_data"] == "missing: phone"
    assert decision.properties["rejected_reason"] == "Data wrong"
    assert decision.wake_at == case.lead.stage_since + timedelta(days=7), "only the longest stay"
    assert case.state.open_of(BO) == 0


def test_where_nothing_is_blank_it_says_what_to_check() -> None:
    assert called_wrong().history[-1].properties["needs_data"] == "something is wrong, please check: email, phone"


def test_it_stays_while_something_is_missing() -> None:
    case = called_wrong(phone=None)
    case.values["company"] = "Globex Ltd"
    case.decide(THEN + HOUR)
    assert case.handoff.queue is Queue.NEEDS_DATA


def test_it_stays_while_nothing_changed() -> None:
    case = called_wrong()
    case.values["verdict"] = "Data wrong"
    case.values["status"] = "Open"
    case.values["owner"] = "U9"
    case.decide(THEN + HOUR)
    assert case.handoff.queue is Queue.NEEDS_DATA


def test_once_mended_it_goes_back_to_the_same_rep_with_a_fresh_clock() -> None:
    case = called_wrong(phone=None)
    case.values["phone"] = "+34 611 111 111"
    decision = case.decide(THEN + HOUR)
    assert (case.stage(), case.owner(), case.handoff.queue) == (Stage.ASSIGNED, BO, None)
    assert case.handoff.tried == ()
    assert decision.properties["needs_data"] is None
    assert case.assignment.why == "asked for better data: Bo Lind"
    assert [each.step for each in case.tasks()] == ["task", "task:2"]


def test_if_that_rep_is_gone_somebody_else_gets_it() -> None:
    case = called_wrong(phone=None)
    case.values["phone"] = "+34 611 111 111"
    case.reps = reps(bo=rep(BO, "Bo Lind", 1, active=False))
    case.decide(THEN + HOUR)
    assert case.owner() == CY


def test_data_called_wrong_twice_waits_for_a_second_change() -> None:
    case = called_wrong(phone=None)
    case.values["phone"] = "+34 611 111 111"
    case.decide(THEN + HOUR)
    case.decide(THEN + 2 * HOUR, verdict("Data wrong", THEN + 2 * HOUR))
    assert case.handoff.queue is Queue.NEEDS_DATA
    case.decide(THEN + 3 * HOUR)
    assert case.handoff.queue is Queue.NEEDS_DATA


def test_whoever_asks_to_be_called_does_not_wait_for_data() -> None:
    case = called_wrong(phone=None)
    asked = THEN + HOUR
    case.score = score(80, at=asked, hand_raises=(form(asked),))
    case.decide(asked)
    assert (case.stage(), case.owner()) == (Stage.ASSIGNED, BO)


LACKS_COMPANY = ("company",)


def cannot_be_created(**more: object) -> Case:
    """Asked to be called, and the CRM takes nobody without a company."""
    return raised(more={"lacks": LACKS_COMPANY, **more})


def test_who_cannot_be_created_waits_in_sight_and_with_no_rep() -> None:
    case = cannot_be_created()
    shown = case.history[-1].properties
    assert (case.stage(), case.lead.owner, case.handoff.queue) == (Stage.MQL, None, Queue.NEEDS_DATA)
    assert (shown["queue"], shown["needs_data"]) == ("needs_data", "missing: company")
    assert shown["route_why"] == "cannot be created in the CRM yet, missing: company"
    assert shown["rejected_reason"] is None, "no rep has said anything"
    assert (case.handoff.touch_due_at, case.tasks(), case.state.open_of(BO)) == (None, [], 0)


def test_the_manager_hears_once_of_who_cannot_be_created() -> None:
    case = cannot_be_created()
    case.settle(MONDAY + HOUR)
    again = MONDAY + 2 * HOUR
    case.score = score(80, at=again, hand_raises=(form(again, number=2),))
    case.decide(again)
    assert (case.handoff.queue, case.notices()) == (Queue.NEEDS_DATA, [("lacking", BOSS)])
    (told,) = (each for each in case.intents if each.step == "lacking")
    assert told.payload["text"] == "Ana Ruiz waits for data: company"


def test_who_can_be_created_goes_to_a_rep_whatever_else_is_blank() -> None:
    case = cannot_be_created()
    case.values["phone"] = None
    decision = case.decide(MONDAY + HOUR, lacks=())
    assert (case.stage(), case.owner(), case.handoff.hand_raise) == (Stage.ASSIGNED, BO, True)
    assert (decision.properties["queue"], decision.properties["needs_data"]) == (None, None)
    assert [each.step for each in case.tasks()] == ["task"]


def test_a_rep_who_has_the_lead_keeps_it_when_its_record_goes() -> None:
    case = assigned()
    case.decide(MONDAY + HOUR, lacks=LACKS_COMPANY)
    assert (case.stage(), case.owner()) == (Stage.ASSIGNED, BO)


def test_data_called_wrong_and_lacking_wait_for_both() -> None:
    case = called_wrong(phone=None)
    case.values["phone"] = "+34 611 111 111"
    decision = case.decide(THEN + HOUR, lacks=LACKS_COMPANY)
    assert decision.properties["needs_data"] == "missing: company"
    assert decision.properties["rejected_reason"] == "Data wrong"
    case.decide(THEN + 2 * HOUR)
    assert case.owner() == BO
