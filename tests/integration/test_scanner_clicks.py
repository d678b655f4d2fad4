"""A mail scanner's clicks give nothing, until a person says that they were one's; either word survives."""

from collections.abc import Callable
from typing import Any

import pytest

from leadloop import cli
from store import audit, ledger
from tests.cast import ANA, USERS, contact
from tests.installation import Done, Installation
from tests.rig import SimulatorProcess

Command = Callable[..., Done]
LINKS = [f"https://your-company.example/{name}" for name in ("blog", "guide", "events", "about")]


@pytest.fixture
def command(installation: Installation, capsys: pytest.CaptureFixture[str]) -> Command:
    """`leadloop ...` in this process."""

    def run(*words: str) -> Done:
        capsys.readouterr()
        code = cli.run([*words, "-C", str(installation.folder)])
        said = capsys.readouterr()
        return Done(code=code, out=said.out, err=said.err)

    return run


@pytest.fixture
def scanned(installation: Installation, world: SimulatorProcess) -> Installation:
    """Ana's gateway follows every link of two mails as they are sent, ten minutes later she follows one of them."""
    installation.rewrite("leadloop.yaml", "forms, page_views", "forms, email_events, page_views")
    installation.rewrite("scoring.yaml", "cap_per_day: 3", "cap_per_day: 30")
    world.seed(users=USERS, contacts=[contact(ANA)])
    installation.run()
    world.act("click", system="hubspot", id=ANA, as_="prospect", urls=LINKS, since_sent_s=2)
    world.act("click", system="hubspot", id=ANA, as_="prospect", urls=LINKS[:3], since_sent_s=20, campaign="June")
    world.time(advance_s=600)
    world.act("click", system="hubspot", id=ANA, as_="prospect", url=LINKS[1])
    installation.settle(1)
    return installation


def clicked(command: Command) -> dict[str, Any]:
    found: dict[str, Any] = command("score", "clicks", "list", "--lead", ANA, "--json").json()
    return found


def engagement(command: Command) -> float:
    return float(command("explain", ANA, "--json").json()["engagement"])


def test_every_link_at_once_gives_nothing_and_says_why_until_a_person_says_otherwise(
    scanned: Installation, command: Command, world: SimulatorProcess
) -> None:
    told = command("explain", ANA, "--json").json()
    assert 0.9 < told["engagement"] <= 1, "her own click"
    assert sorted(scan["words"] for scan in told["scans"]) == [
        "3 clicks of a mail scanner give nothing: 3 links within 1 s, 20 s after the mail was sent",
        "4 clicks of a mail scanner give nothing: 4 links within 1 s, 2 s after the mail was sent",
    ]
    assert "4 clicks of a mail scanner give nothing: 4 links within 1 s" in command("explain", ANA).out
    found = clicked(command)
    assert found["counts"] == {"machine": 7, "confirmed": 0, "leads": 1}
    swept = sorted(key for scan in told["scans"] for key in scan["keys"])
    assert swept == sorted(each["key"] for each in found["clicks"] if each["machine"])
    listed = command("score", "clicks", "list").out
    assert ("your-company.example/guide" in listed, "a machine" in listed) == (True, True)
    everybody = command("score", "clicks", "list", "--json").json()
    assert [each["machine"] for each in everybody["clicks"]] == [True] * 7
    assert command("score", "clicks", "confirm", ANA).code == 0
    scanned.settle(1)
    assert 7.5 < engagement(command) <= 8
    found = clicked(command)
    assert found["counts"] == {"machine": 0, "confirmed": 7, "leads": 0}
    world.time(advance_s=3600)
    scanned.settle(1)
    assert clicked(command)["counts"]["confirmed"] == 7
    again = command("score", "clicks", "confirm", next(each["key"] for each in found["clicks"] if each["confirmed"]))
    assert (again.code, "it was confirmed already" in again.err) == (1, True)
    with scanned.app.store.read() as tx:
        (lead,) = {each["lead"] for each in found["clicks"]}
        said = [each for each in audit.of_lead(tx, lead) if each.action == "click confirmed as a person's"]
    assert (len(said), {each.object for each in said}, "loop" in {each.actor for each in said}) == (
        7,
        {"email_events"},
        False,
    )


def test_what_a_person_retracts_is_out_for_good(scanned: Installation, command: Command) -> None:
    own = next(each for each in clicked(command)["clicks"] if not each["machine"])
    june = next(scan["keys"] for scan in clicked(command)["scans"] if len(scan["keys"]) == 3)
    part = command("score", "clicks", "retract", june[0], "--reason", "scanned, says ann@acme.example")
    assert (part.code, f"retract them too if they are not: {', '.join(sorted(june[1:]))}" in part.out) == (0, True)
    rest = (ANA, own["key"], *june[1:])
    done = command("score", "clicks", "retract", *rest, "--reason", "scanned, says ann@acme.example")
    assert (done.code, "7 clicks of lead 1: out for good" in done.out) == (0, True)
    scanned.settle(1)
    assert engagement(command) == 0
    assert clicked(command)["clicks"] == []
    refused = command("score", "clicks", "confirm", own["key"])
    assert (refused.code, "a person retracted it for good" in refused.err) == (1, True)
    with scanned.app.store.read() as tx:
        assert ledger.activities_of(tx, [own["lead"]]).get(own["lead"], []) == []
        said = {each.action for each in audit.of_lead(tx, own["lead"]) if each.action.startswith("click")}
    assert said == {"click retracted: scanned, says …"}


def test_what_is_not_there_is_told(installation: Installation, world: SimulatorProcess, command: Command) -> None:
    world.seed(users=USERS, contacts=[contact(ANA)])
    installation.run()
    nobody, nothing = "nobody@acme.example", "hubspot:email_events:nothing"
    for words, code, said in (
        (("confirm", nobody), 65, "A click is named by its key"),
        (("retract", nobody, "--reason", "x"), 65, "No lead is known by that address."),
        (("list", "--lead", nobody), 65, "No lead is known by that address."),
        (("confirm", nothing), 1, "no such activity is in the ledger"),
        (("confirm", ANA), 65, "there is nothing to confirm"),
    ):
        done = command("score", "clicks", *words)
        assert (words, done.code, said in done.err) == (words, code, True)


def test_where_no_mail_was_scanned_the_list_says_so(command: Command) -> None:
    listed = command("score", "clicks", "list")
    assert (listed.code, listed.out) == (
        0,
        "No click is taken for a mail scanner's, and nobody confirmed or retracted one.\n",
    )
