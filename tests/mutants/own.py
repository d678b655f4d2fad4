"""Bugs beside the list: one line each, in the places of this code where a line costs most."""

from tests.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        number=29,
        bug="an unsure creation is sent again and nobody asks what became of it",
        file="sync/push.py",
        before="    receipt = settler.settle(row.change)\n",
        after="    receipt = None\n",
        tests=("tests/unit/sync/test_push.py::test_two_lanes_never_ask_about_one_row_at_once",),
    ),
    Mutant(
        number=30,
        bug="two writes of one record are out at once",
        file="store/claiming.py",
        before="            ~is_out,\n",
        after="",
        tests=("tests/unit/store/test_outbox.py::test_no_two_rows_of_one_record_are_out_at_once[sqlite]",),
    ),
    Mutant(
        number=31,
        bug="a late answer settles a write that is settled already, or out again",
        file="store/claiming.py",
        before="\"owner = NULL WHERE id = ? AND status IN ('claimed', 'unsure')\",",
        after='"owner = NULL WHERE id = ?",',
        tests=(
            "tests/unit/store/test_outbox.py::test_a_settled_row_cannot_be_settled_again[sqlite]",
            "tests/unit/store/test_outbox.py::test_a_late_answer_of_a_former_leader_changes_nothing_once_the_row_is_out_again[sqlite]",
        ),
    ),
    Mutant(
        number=32,
        bug="a recycled lead stays on its rep's desk",
        file="handoff/draft.py",
        before="        state = self.state.took(self.handoff.owner)\n",
        after="        state = self.state\n",
        tests=("tests/unit/handoff/test_held.py::test_a_rejection_counts_while_the_lead_is_held",),
    ),
    Mutant(
        number=33,
        bug="a hand-raise is held by the blast radius",
        file="sync/guard.py",
        before="        own = (Allowance.HAND_RAISE,) if decision.hand_raise else ()\n",
        after="        own = ()\n",
        tests=(
            "tests/unit/sync/test_guard.py::test_a_hand_raise_passes_where_no_room_is_left_and_leaves_the_room_of_others",
            "tests/integration/test_blast_radius.py::test_the_excess_is_held_and_the_hand_raiser_passes",
        ),
    ),
    Mutant(
        number=34,
        bug="whoever sales gives back stays on the list of those with sales",
        file="handoff/memberships.py",
        before="        elif name in draft.view.member_of:\n",
        after="        elif name in draft.view.member_of and name != draft.book.lifecycle.with_sales_list:\n",
        tests=("tests/unit/handoff/test_memberships.py::test_moving_says_what_is_joined_and_what_is_left",),
    ),
    Mutant(
        number=35,
        bug="who opted out is written to",
        file="handoff/memberships.py",
        before="    if place.opted_out:\n        return found\n",
        after="",
        tests=(
            "tests/unit/handoff/test_memberships.py::test_who_opted_out_is_on_no_list_that_is_written_to_and_on_all_others_as_ever",
        ),
    ),
    Mutant(
        number=36,
        bug="owner and status are written over what a person just chose",
        file="sync/plan.py",
        before="        guarded=frozenset(row.field for row in rows if _is_guarded(row, wanted, fields)),\n",
        after="        guarded=frozenset(),\n",
        tests=("tests/unit/sync/test_plan.py::test_what_a_rep_waits_for_takes_the_fast_lane",),
    ),
    Mutant(
        number=37,
        bug="a lead comes back to the rep who said that it was not theirs",
        file="handoff/rejection.py",
        before="replace(handoff, tried=tried, steps=given_back(handoff))",
        after="replace(handoff, steps=given_back(handoff))",
        tests=(
            "tests/unit/handoff/test_rejection.py::test_wrong_person_goes_to_another_rep_with_blank_answers_and_a_fresh_clock",
        ),
    ),
    Mutant(
        number=38,
        bug="what a late search shows takes our own write back",
        file="store/records.py",
        before="    _lift(tx, stamps or {})\n",
        after="",
        tests=(
            "tests/unit/sync/test_settle.py::test_what_a_late_search_shows_from_before_our_write_takes_nothing_back",
        ),
    ),
    Mutant(
        number=39,
        bug="another org behind the same login is written to",
        file="sync/introduce.py",
        before="    connections.pin_account(tx, name, account.account_id)\n",
        after="",
        tests=(
            "tests/integration/test_swapped_account.py::test_a_swap_stops_every_write_of_that_connection_until_the_first_account_is_back",
        ),
    ),
    Mutant(
        number=40,
        bug="the task of a rejected lead stays open",
        file="sync/rep_tasks.py",
        before='    has_rep, newest = wanted.values.get("stage") in AT_WORK, max(turns.values(), default=None)\n',
        after="    has_rep, newest = True, max(turns.values(), default=None)\n",
        tests=("tests/unit/sync/test_plan.py::test_the_task_of_a_pass_that_is_over_is_closed",),
    ),
    Mutant(
        number=41,
        bug="an answer that comes after the lead was lost is noted all the same",
        file="sync/push.py",
        before="failure=failure, now=now), loop.epoch)",
        after="failure=failure, now=now))",
        tests=(
            "tests/unit/sync/test_push.py::test_an_answer_that_comes_after_the_lead_was_lost_is_noted_by_nobody",
            "tests/unit/sync/test_daemon.py::test_every_transaction_of_the_loop_carries_the_epoch_that_it_leads_under",
        ),
    ),
    Mutant(
        number=42,
        bug="a page that comes after the lead was lost is kept all the same",
        file="sync/pull.py",
        before="            with loop.store.write(loop.epoch) as tx:\n                _keep(tx, page, intake)\n",
        after="            with loop.store.write() as tx:\n                _keep(tx, page, intake)\n",
        tests=(
            "tests/unit/sync/test_pull.py::test_a_page_that_comes_after_the_lead_was_lost_is_kept_by_nobody",
            "tests/unit/sync/test_daemon.py::test_every_transaction_of_the_loop_carries_the_epoch_that_it_leads_under",
        ),
    ),
    Mutant(
        number=43,
        bug="what was approved for one write of a field lets every later one through",
        file="sync/radius.py",
        before=("        heldwrites.used(tx, [at for at, number in told.approved if number not in later], now=now)\n"),
        after="",
        tests=(
            "tests/integration/test_mapping_accidents.py::test_what_was_approved_goes_once_and_is_asked_for_again_when_people_put_it_back",
        ),
    ),
    Mutant(
        number=44,
        bug="a lane whose share is set to everything uses the reserve",
        file="store/budget.py",
        before="return (used + calls) * 100 <= usage.limit * min(percent, most)",
        after="return (used + calls) * 100 <= usage.limit * percent",
        tests=(
            "tests/unit/store/test_budget.py::test_nobody_uses_the_reserve_whatever_share_a_lane_was_given[sqlite]",
        ),
    ),
    Mutant(
        number=45,
        bug="half of all leads are told gone, and doubted afterwards",
        file="connectors/salesforce/deletions.py",
        before=(
            "        self._doubts.check(object_name, missing, known=len(live), shows_none=not listed)\n"
            "        yield from self._read_all(object_name, missing, now=now)\n"
        ),
        after=(
            "        yield from self._read_all(object_name, missing, now=now)\n"
            "        self._doubts.check(object_name, missing, known=len(live), shows_none=not listed)\n"
        ),
        tests=(
            "tests/contract/test_salesforce_deletions.py::test_leads_that_are_not_believed_to_be_gone_keep_nobody_from_looking_at_contacts",
        ),
    ),
    Mutant(
        number=46,
        bug="the cursor of a page without a row takes the place of a later one",
        file="sync/pull.py",
        before="            idle.pop(page.stream, None)\n",
        after="",
        tests=(
            "tests/unit/sync/test_pull.py::test_the_cursor_of_a_page_without_a_row_is_not_saved_over_that_of_a_later_one",
        ),
    ),
    Mutant(
        number=47,
        bug="a deletion that is listed later than it happened is never heard of",
        file="connectors/salesforce/deletions.py",
        before="self._told_gone(object_name, before.at - OVERLAP, now)",
        after="self._told_gone(object_name, before.at, now)",
        tests=(
            "tests/contract/test_salesforce_deletions.py::test_a_deletion_that_was_not_listed_yet_when_one_night_looked_is_noticed_the_next",
        ),
    ),
    Mutant(
        number=48,
        bug="the session that somebody else got, long ago perhaps, is taken for a new one",
        file="connectors/salesforce/client.py",
        before="        while answer.status == 401 and not is_new:\n",
        after="        if answer.status == 401 and not is_new:\n",
        tests=(
            "tests/contract/test_salesforce_login.py::test_who_rested_while_sessions_came_and_ended_logs_in_once_more",
        ),
    ),
    Mutant(
        number=49,
        bug="whose record turns out to be an erased person's is not forgotten with it",
        file="sync/keeping_out.py",
        before="        erased.ask(tx, [lead], by=ref.connection, reason=reason, now=now)\n",
        after="        erased.ask(tx, [], by=ref.connection, reason=f'{lead} {reason}', now=now)\n",
        tests=(
            "tests/simulation/test_simulation.py::test_whoever_was_united_there_with_somebody_erased_is_forgotten_too",
        ),
    ),
)
