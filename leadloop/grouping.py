"""A person's word on groups of leads: carried out by whoever leads, this process or the daemon."""

from collections.abc import Mapping
from typing import Any

from domain.values import LeadId
from leadloop import exits, screen
from leadloop.answers import Answer
from leadloop.app import App
from sync.duplicates import Heard, confirm, reopen
from sync.loop import Loop

CONFIRM, REOPEN = "duplicates confirm", "duplicates reopen"
"""The kinds of requests by which a daemon is asked."""


def confirm_all(app: App, loop: Loop, payload: Mapping[str, Any]) -> Answer:
    """`groups`: the leads of each, `by`: who says so."""
    now = app.clock.refresh()
    return as_answer(
        [confirm(loop, [LeadId(lead) for lead in each], by=payload["by"], now=now) for each in payload["groups"]]
    )


def reopen_all(app: App, loop: Loop, payload: Mapping[str, Any]) -> Answer:
    """`names`: the groups, `by`: who says so."""
    now = app.clock.refresh()
    return as_answer([reopen(loop, name, by=payload["by"], now=now) for name in payload["names"]])


def as_answer(heard: list[Heard]) -> Answer:
    code = exits.OK if all(each.ok for each in heard) else exits.SOME_FAILED
    return {"heard": [{"ok": each.ok, "words": each.words} for each in heard], "exit_code": code}


def report(answer: Answer) -> int:
    """Show what became of each word; returns the exit code."""
    if "error" in answer:
        screen.say(f"leadloop: {answer['error']}")
    for each in answer.get("heard", ()):
        if each["ok"]:
            screen.show(each["words"])
        else:
            screen.say(f"! {each['words']}")
    return int(answer["exit_code"])
