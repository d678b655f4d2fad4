"""P1, P3 and P9: the whole loop on the simulator, counted in calls and in processor time.

Every lead stands in both systems. One edit in each, and each has to be told the other's: N read and N written on both
sides, which no client can do in fewer calls than the vendors' largest pages and batches allow.
"""

import gc
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson
import urllib3

from benchmarks.fake import fake
from benchmarks.measure import Row, Spent, Timer, at_most, known
from benchmarks.statements import again, taken_down
from leadloop.app import leading
from sync.cycle import Tally, decide_and_plan, pull_one, push_all
from tests.installation import Installation, install
from tests.rig import SimulatorProcess

FLOOR_PER_1000 = 20.5
"""Per 1,000 leads: 5 searches of 200, 10 batches of 100, half a query page of 2,000, 5 collections of 200."""
CALLS_GOAL, CPU_GOAL, IDLE_GOAL = 21.5, 12.0, 600
CYCLE_S, CYCLES_A_DAY = 300, 288
SYSTEMS = ("hubspot", "salesforce")
_ACTS = 500
WIDE = "blast_radius:\n  additive: { floor: 1000000 }\n  destructive: { floor: 1000000, ceiling: 1000000 }\n"
"""Everybody's edit at once is what is measured, and would be held otherwise."""


def measure(*, leads: int) -> Iterator[Row]:
    with ExitStack() as stack:
        simulator = stack.enter_context(SimulatorProcess())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        installation = install(folder, simulator, more=WIDE)
        stack.callback(installation.close)
        people = seed(simulator, leads)
        _quiet(installation)
        gc.freeze()  # as the daemon does once it has started
        idle = _calls(installation)
        yield from _changed(installation, people, idle, leads)
        yield _idle_day(installation)


def seed(simulator: SimulatorProcess, leads: int) -> dict[str, list[str]]:
    """The same people in both systems, without what the edits will fill."""
    people: dict[str, list[str]] = {name: [] for name in SYSTEMS}
    for begin in range(0, leads, _ACTS):
        numbers = range(begin, min(begin + _ACTS, leads))
        email = [f"person{number}@acme.example" for number in numbers]
        made = simulator.seed(
            leads=[{"LastName": f"Person {each}", "Company": "Acme", "Email": each} for each in email],
            contacts=[{"lastname": f"Person {each}", "company": "Acme", "email": each} for each in email],
        )
        people["salesforce"] += made["Lead"]
        people["hubspot"] += made["contacts"]
    return people


def _quiet(installation: Installation) -> None:
    """Let everything be read, baselined and written, past every overlap, until nothing moves any more."""
    for _ in range(8):
        installation.run(after_s=1800)


def _calls(installation: Installation) -> dict[str, int]:
    """The calls of one cycle."""
    before = _counted(installation)
    installation.run(after_s=CYCLE_S)
    return _since(installation, before)


def _counted(installation: Installation) -> dict[str, int]:
    told: dict[str, int] = installation.simulator.door("GET", "time")["api_calls"]
    return told


def _since(installation: Installation, before: dict[str, int]) -> dict[str, int]:
    return {name: count - before[name] for name, count in _counted(installation).items()}


def _changed(
    installation: Installation, people: dict[str, list[str]], idle: dict[str, int], leads: int
) -> Iterator[Row]:
    _edit(installation.simulator, "salesforce", people["salesforce"], {"Title": "VP Operations"})
    _edit(installation.simulator, "hubspot", people["hubspot"], {"website": "https://www.acme.example"})
    before = _counted(installation)
    store = installation.app.store
    if store.path is None:
        raise RuntimeError("the cycle is measured on SQLite")
    with taken_down(store.engine, store.path, before=installation.folder / "before.db") as taken:
        stages = _one_cycle(installation)
    first = _since(installation, before)
    _check(installation.simulator, leads)
    marginal = sum(first[name] - idle[name] for name in SYSTEMS) * 1000 / leads
    told = ", ".join(f"{name} {1000 * (first[name] - idle[name]) / leads:.1f}" for name in SYSTEMS)
    row = Row(
        name="P1 calls per 1,000 leads changed on both sides",
        figure=marginal,
        unit="calls",
        floor=FLOOR_PER_1000,
        note=f"{told}; {leads} leads, less an idle cycle's {sum(idle.values())}",
    )
    yield at_most(row, CALLS_GOAL)
    before = _counted(installation)
    for _ in range(6):
        installation.run(after_s=1800)
    echo = sum(_since(installation, before).values()) - 6 * sum(idle.values())
    yield Row(name="P1 echo re-reads per 1,000 leads", figure=echo * 1000 / leads, unit="calls", note="apart: 3 hours")
    yield from _cpu(stages, again(taken), leads)


def _edit(simulator: SimulatorProcess, system: str, ids: Sequence[str], fields: dict[str, Any]) -> None:
    for begin in range(0, len(ids), _ACTS):
        some = ids[begin : begin + _ACTS]
        acts = [{"as": "marketer", "do": "edit", "system": system, "id": each, "fields": fields} for each in some]
        simulator.door("POST", "act", {"acts": acts})


def _check(simulator: SimulatorProcess, leads: int) -> None:
    """The cycle did what is counted: everybody has the other system's value."""
    titled = sum(each["properties"].get("jobtitle") == "VP Operations" for each in _all(simulator, "contacts"))
    sited = sum(bool(each.get("Website")) for each in simulator.objects("Lead", system="salesforce"))
    if (titled, sited) != (leads, leads):
        raise RuntimeError(f"of {leads} leads {titled} contacts and {sited} leads were told of the other side's edit")


def _all(simulator: SimulatorProcess, name: str) -> list[dict[str, Any]]:
    return simulator.objects(name, system="hubspot")


def _one_cycle(installation: Installation) -> dict[str, Spent]:
    """A cycle stage by stage, as `sync.cycle.run_once` goes."""
    installation.simulator.time(advance_s=CYCLE_S)
    stages: dict[str, Spent] = {}
    with leading(installation.app) as loop:
        now, tally = installation.app.clock.refresh(), Tally()
        for name in loop.connections:
            with Timer() as timer:
                pull_one(loop, name, tally, now=now)
            stages[f"pull {name}"] = known(timer)
        with Timer() as timer:
            decide_and_plan(loop, tally, now=now, run_id=None)
        stages["decide and plan"] = known(timer)
        with Timer() as timer:
            push_all(loop, tally, now=now)
        stages["push"] = known(timer)
    return stages


def _cpu(stages: dict[str, Spent], kept: Spent, leads: int) -> Iterator[Row]:
    """`kept`: the cycle's own statements by the driver alone."""
    floor = _bare_cycle(leads)
    total = sum(each.cpu_s for each in stages.values())
    share = ", ".join(f"{name} {each.cpu_s / total:.0%}" for name, each in stages.items())
    row = Row(
        name="P3 the whole two-way cycle",
        figure=1e6 * total / leads,
        unit="ms CPU per 1,000",
        floor=1e6 * floor.cpu_s / leads,
        ratio=total / floor.cpu_s,
        note=share,
    )
    yield at_most(row, CPU_GOAL)
    needed = floor.cpu_s + kept.cpu_s
    yield Row(
        name="P3 beside the same calls and the same statements",
        figure=1e6 * total / leads,
        unit="ms CPU per 1,000",
        floor=1e6 * needed / leads,
        ratio=total / needed,
        note="by urllib3, orjson and sqlite3 alone",
    )


def _bare_cycle(leads: int) -> Spent:
    """The same reads and writes by one keep-alive connection and orjson, knowing nothing."""
    values = {"ll_score": "12", "jobtitle": "VP Operations", "ll_why": "Asked for a demo today."}
    with fake(contacts=leads, leads=leads) as url, urllib3.PoolManager() as pool, Timer() as timer:
        for after in range(0, leads, 200):
            body = orjson.dumps({"after": str(after), "limit": 200, "properties": list(values)})
            orjson.loads(pool.request("POST", f"{url}/crm/v3/objects/contacts/search", body=body).data)
        path: str | None = "/services/data/v62.0/queryAll?q=SELECT"
        while path:
            path = orjson.loads(pool.request("GET", url + path).data).get("nextRecordsUrl")
        for begin in range(0, leads, 100):
            inputs = [{"id": str(n), "properties": values} for n in range(begin, min(begin + 100, leads))]
            body = orjson.dumps({"inputs": inputs})
            orjson.loads(pool.request("POST", f"{url}/crm/v3/objects/contacts/batch/update", body=body).data)
        for begin in range(0, leads, 200):
            rows = [{"id": f"00Q{n:012d}AAA", **values} for n in range(begin, min(begin + 200, leads))]
            body = orjson.dumps({"allOrNone": False, "records": rows})
            orjson.loads(pool.request("PATCH", f"{url}/services/data/v62.0/composite/sobjects", body=body).data)
    return known(timer)


def _idle_day(installation: Installation) -> Row:
    before = _counted(installation)
    for _ in range(CYCLES_A_DAY):
        installation.run(after_s=CYCLE_S)
    calls = _since(installation, before)
    row = Row(
        name="P9 Salesforce calls of an idle day at a 5 min cycle",
        figure=calls["salesforce"],
        unit="calls",
        note=f"HubSpot {calls['hubspot']}",
    )
    return at_most(row, IDLE_GOAL)
