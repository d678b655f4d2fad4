"""The bugs that every tool of this kind has had somewhere, in the words of the list that we hold ourselves to."""

from tests.mutants.mutant import Mutant, NotHereYet

READING = (
    Mutant(
        number=1,
        bug="`>` cursor with ties",
        file="connectors/salesforce/soql.py",
        before='return f"(SystemModstamp = {at} AND Id > {quoted(checked_id(record_id))}) OR SystemModstamp > {at}"',
        after='return f"SystemModstamp > {at}"',
        tests=(
            "tests/unit/connectors/salesforce/test_soql.py::test_a_keyset_position_is_followed_by_the_rest_of_its_second",
            "tests/contract/test_salesforce_promises.py::test_an_ended_locator_is_followed_by_a_new_query_without_a_gap",
        ),
    ),
    Mutant(
        number=2,
        bug="keyset without overlap",
        file="connectors/salesforce/reading.py",
        before="settled, covered = asked_at - self._lag, self._coverage.known(stream)",
        after="settled, covered = asked_at, self._coverage.known(stream)",
        tests=(
            "tests/unit/connectors/salesforce/test_reading.py::test_the_cursor_never_passes_the_lag_whatever_the_rows_say",
            "tests/contract/test_salesforce_promises.py::test_rows_that_become_visible_late_are_not_skipped",
        ),
    ),
    Mutant(
        number=4,
        bug="cursor committed before rows",
        file="sync/pull.py",
        before="            with loop.store.write(loop.epoch) as tx:\n                _keep(tx, page, intake)\n",
        after=(
            "            with loop.store.write(loop.epoch) as tx:\n"
            "                connections.save_cursor(\n"
            "                    tx, intake.connection, page.stream, page.cursor, read_at=intake.now\n"
            "                )\n"
            "            with loop.store.write(loop.epoch) as tx:\n                _keep(tx, page, intake)\n"
        ),
        tests=("tests/e2e/test_crash.py::test_pages_that_were_never_saved_are_read_again",),
    ),
    Mutant(
        number=5,
        bug="overlap shorter than lag",
        here="HubSpot's second pass no later than its first, while search is an hour behind",
        file="connectors/hubspot/reading.py",
        before="self._late = timedelta(minutes=settings.late_minutes)",
        after="self._late = timedelta(minutes=settings.lag_minutes)",
        tests=(
            "tests/unit/connectors/hubspot/test_reading.py::test_whenever_a_row_is_edited_the_second_pass_finds_it_though_search_is_an_hour_behind",
        ),
    ),
    Mutant(
        number=22,
        bug="local clock as cursor",
        file="connectors/salesforce/client.py",
        before="return self._surroundings.clock.now() + self._ahead",
        after="return self._surroundings.clock.now()",
        tests=("tests/contract/test_clocks.py::test_salesforces_cursor_stays_ten_minutes_behind_salesforces_now",),
    ),
    Mutant(
        number=17,
        bug="merge ignored",
        file="connectors/salesforce/rows.py",
        before="merged_into=RecordRef(connection=connection, object=object_name, id=into) if into else None,",
        after="merged_into=None,",
        tests=(
            "tests/contract/test_salesforce_promises.py::test_a_deleted_lead_is_archived_and_a_merged_one_names_its_survivor",
        ),
    ),
    Mutant(
        number=18,
        bug="`deletion` handled, `privacyDeletion` not",
        file="connectors/hubspot/webhooks.py",
        before='    "privacyDeletion": HintKind.ERASED,\n',
        after="",
        tests=("tests/unit/connectors/hubspot/test_webhooks.py::test_every_kind_is_known_under_both_words_for_it",),
    ),
    Mutant(
        number=28,
        bug='empty pull means "all gone"',
        file="domain/missing.py",
        before="return len(self.ids) <= max(FEW, self.known * percent / 100)",
        after="return True",
        tests=(
            "tests/unit/connectors/hubspot/test_sweep.py::test_that_most_people_are_gone_in_a_night_is_not_believed",
            "tests/contract/test_salesforce_deletions.py::test_more_than_half_gone_is_not_believed_and_the_cursor_stays",
        ),
    ),
    Mutant(
        number=23,
        bug="signature default v2 / future accepted",
        here="a time to come is accepted: there is no version but the third",
        file="connectors/hubspot/signature.py",
        before="if not -FUTURE / timedelta(milliseconds=1) <= age_ms <= PAST / timedelta(milliseconds=1):",
        after="if not age_ms <= PAST / timedelta(milliseconds=1):",
        tests=("tests/unit/connectors/hubspot/test_signature.py::test_everything_else_is_refused",),
    ),
    Mutant(
        number=24,
        bug="200 before inbox commit",
        file="web/webhooks.py",
        before="                self._received.kept(connection, self._reception.keep(hints, now))\n",
        after="                self._writers.submit(self._reception.keep, hints, now)\n",
        tests=(
            "tests/unit/web/test_webhooks.py::test_while_the_store_is_down_every_call_is_503_and_the_next_one_is_kept",
            "tests/integration/test_webhooks.py::test_a_store_that_is_down_is_503_and_the_systems_own_retry_is_kept",
        ),
    ),
)

WRITING = (
    Mutant(
        number=3,
        bug="POST then mark",
        here="a creation that was out when the process was killed is taken for one that was never sent",
        file="store/claiming.py",
        before="    if row.change.kind is ChangeKind.CREATE and row.change.unique is None:\n",
        after="    if row.attempts == 0:\n",
        tests=(
            "tests/unit/store/test_outbox.py::test_what_a_former_leader_left_is_taken_back_and_an_unkeyed_create_becomes_unsure[sqlite]",
            "tests/e2e/test_notices.py::test_killed_between_the_message_and_our_commit_it_is_found_and_not_sent_again",
        ),
    ),
    Mutant(
        number=6,
        bug="read-back by search without wait",
        here="a task that may be there is looked for by search and not among those of its contact",
        file="connectors/hubspot/tasks.py",
        before=(
            "        tasks = sorted("
            '{task for found in linked(self._client, "contacts", TASKS, contacts).values() for task in found})\n'
        ),
        after=(
            "        from connectors.hubspot.shapes import SHAPES\n"
            '        tasks = sorted(str(row["id"]) for row in self._objects.found(SHAPES[TASKS], ()).rows)\n'
        ),
        tests=("tests/contract/test_hubspot_tasks.py::test_a_task_whose_answer_was_lost_is_found_though_search_lags",),
    ),
    Mutant(
        number=7,
        bug="207 as success",
        file="connectors/hubspot/batches.py",
        before="                receipts[place] = refused(change, error)\n            elif row is not None:",
        after=(
            "                receipts[place] = receipt(change, ReceiptOutcome.APPLIED)\n"
            "            elif row is not None:"
        ),
        tests=(
            "tests/unit/connectors/hubspot/test_writing.py::test_each_input_is_settled_by_its_own_line_of_a_partial_answer",
        ),
    ),
    Mutant(
        number=8,
        bug="tenacity around create",
        file="connectors/http.py",
        before="return isinstance(error, TransientError) and (idempotent or not error.sent)",
        after="return isinstance(error, TransientError)",
        tests=(
            "tests/unit/connectors/test_http.py::test_what_may_have_had_an_effect_is_never_sent_again",
            "tests/contract/test_salesforce_writing.py::test_a_creation_without_a_key_is_sent_once_and_stays_unknown",
        ),
    ),
    Mutant(
        number=9,
        bug="headers dropped on re-auth",
        file="connectors/salesforce/client.py",
        before="            session, is_new = self._login.renew(session)\n",
        after=(
            "            session, is_new = self._login.renew(session)\n"
            "            request = Request(\n"
            "                method=request.method, path=request.path, query=request.query, body=request.body\n"
            "            )\n"
        ),
        tests=(
            "tests/contract/test_salesforce_login.py::test_a_session_that_ends_in_the_middle_keeps_the_headers_of_the_call",
        ),
    ),
    Mutant(
        number=10,
        bug="refresh without lock",
        file="connectors/renewal.py",
        before="        with _locks[connection], self._surroundings.tokens.alone(connection):\n",
        after="        if connection:\n",
        tests=(
            "tests/contract/test_salesforce_login.py::test_eight_threads_and_both_lanes_meet_one_expiry_with_one_use_of_the_refresh_token",
            "tests/unit/connectors/test_renewal.py::test_threads_that_were_refused_the_same_token_get_the_one_that_the_first_of_them_got",
        ),
    ),
    Mutant(
        number=15,
        bug="echo compare off",
        file="sync/plan.py",
        before="if same(row.value, there) or _is_barred(",
        after="if _is_barred(",
        tests=("tests/unit/sync/test_plan.py::test_what_is_shown_as_wanted_needs_no_write",),
    ),
    Mutant(
        number=16,
        bug="null on missing field",
        file="mapping/merge_lead.py",
        before=(
            "            if field is not None and field in seat.values:\n"
            "                found.append((seat, seat.values[field]))\n"
        ),
        after=("            if field is not None:\n                found.append((seat, seat.values.get(field)))\n"),
        tests=("tests/unit/mapping/test_merge_lead.py::test_a_field_that_a_record_came_without_is_no_blank",),
    ),
    Mutant(
        number=25,
        bug="batch aborted by one bad item",
        file="connectors/hubspot/batches.py",
        before=(
            "        if len(places) == 1:\n"
            "            receipts[places[0][0]] = refused(places[0][1], told)\n"
            "            return\n"
        ),
        after=(
            "        if len(places) >= 1:\n"
            "            receipts.update({place: refused(change, told) for place, change in places})\n"
            "            return\n"
        ),
        tests=(
            "tests/unit/connectors/hubspot/test_writing.py::test_one_bad_input_is_found_in_few_calls_and_99_go_through",
        ),
    ),
)

HOUSE = (
    Mutant(
        number=11,
        bug="epoch not checked",
        file="store/engine.py",
        before="    if current != epoch:\n",
        after="    if current is None:\n",
        tests=("tests/unit/store/test_leadership.py::test_after_a_restart_of_the_server_the_old_leader_is_fenced",),
    ),
    Mutant(
        number=12,
        bug="advisory lock only",
        here="whoever gets the lock leads under the epoch of who had it",
        file="store/leadership.py",
        before='changed = {"epoch": table.c.epoch + 1, "holder": holder}',
        after='changed = {"epoch": table.c.epoch, "holder": holder}',
        tests=(
            "tests/unit/store/test_leadership.py::test_only_one_process_leads_and_epochs_rise[sqlite]",
            "tests/unit/store/test_leadership.py::test_after_a_restart_of_the_server_the_old_leader_is_fenced",
        ),
    ),
    Mutant(
        number=13,
        bug="reclaim by age",
        file="store/claiming.py",
        before="which = table.c.epoch < epoch\n",
        after="which = table.c.claimed_at < now\n",
        tests=(
            "tests/unit/store/test_outbox.py::test_what_a_former_leader_left_is_taken_back_and_an_unkeyed_create_becomes_unsure[sqlite]",
        ),
    ),
    Mutant(
        number=14,
        bug="audit after write",
        here="a write is put out without its announcement; only its end is told",
        file="store/putting.py",
        before=(
            "    audit.append(\n"
            "        tx, [trail.told(d, Act.WILL, d.change.kind, at=now, actor=actor, key=key, keys=keys) "
            "for d, key in announced]\n"
            "    )\n"
        ),
        after="    trail.keys_of(tx, [draft for draft, _ in announced])\n",
        tests=(
            "tests/integration/test_audit.py::test_what_was_written_when_the_process_was_killed_had_been_announced_and_ends_once",
        ),
    ),
    Mutant(
        number=19,
        bug="reserve checked only at cycle start",
        here="checked only while nothing was booked since the ledger was last written",
        file="store/budget.py",
        before="            if free_at > now:\n                raise _refusal(",
        after="            if free_at > now and counted.unwritten == 0:\n                raise _refusal(",
        tests=(
            "tests/unit/store/test_budget.py::test_the_background_stops_at_its_own_share_and_handoffs_go_on[sqlite]",
            "tests/unit/store/test_budget.py::test_the_reserve_is_untouched_in_a_thousand_schedules",
        ),
    ),
    Mutant(
        number=20,
        bug="blast limit per batch instead of per plan",
        file="sync/guard.py",
        before="    used = held.opened_since(tx, now - DAY)\n",
        after="    used: dict[BlastClass, int] = {}\n",
        tests=(
            "tests/unit/sync/test_guard.py::test_a_flood_of_hand_raises_stays_within_their_hour_and_the_room_of_the_day",
        ),
    ),
    Mutant(
        number=21,
        bug="approval re-usable",
        file="sync/guard.py",
        before="held.release(tx, [each.lead_id for each in conclusions if each.allowance is not None], now=now)",
        after="held.release(tx, [each.lead_id for each in conclusions if each.allowance is None], now=now)",
        tests=(
            "tests/unit/sync/test_guard.py::test_an_approval_is_booked_under_nothing_and_used_up_by_any_passage",
            "tests/integration/test_blast_radius.py::test_an_approval_lets_exactly_that_set_through_once",
        ),
    ),
    Mutant(
        number=26,
        bug="`show_locals` on",
        file="leadloop/log.py",
        before='        event["error"] = type(error).__name__\n',
        after=(
            "        frame = error.__traceback__.tb_frame if error.__traceback__ else None\n"
            '        event["error"] = f"{type(error).__name__} {frame.f_locals if frame else None}"\n'
        ),
        tests=("tests/unit/leadloop/test_log.py::test_of_an_exception_only_class_and_place_are_told",),
    ),
)

NOT_HERE_YET = (
    NotHereYet(
        number=27,
        bug="session cookie not revoked",
        reason="nobody logs in to leadloop over the web: what it serves are probes, figures and the webhook address",
    ),
)
