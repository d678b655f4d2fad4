"""Which clicks and opens of a mail a scanner made, by the table in docs/scoring.md, each looked at by itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.reference.ledger import Row
from tests.reference.office import Office

SECOND = 1_000_000
AGENTS = (
    *("proofpoint", "mimecast", "barracuda", "ironport", "ciscosecureemail", "fireeye", "forcepoint", "fortimail"),
    *("sophos", "trendmicro", "headlesschrome", "phantomjs", "python-requests", "python-urllib", "aiohttp", "curl/"),
    *("wget/", "go-http-client", "apache-httpclient", "libwww-perl", "java/", "bot/", "crawler", "spider"),
)
NEEDED, BURST_LINKS, BURST_S, READS_AFTER_S, READS_WITHIN_S = 3, 3, 2, 20, 1800


def made(rows: Sequence[Row], office: Office, *, known_at: int | None = None) -> set[int]:
    """Places in `rows` (oldest first) of what a machine made. `known_at`: a person's later word is not heard yet."""
    if office.scoring.get("scanners"):
        raise ValueError("the reference knows scanners by their defaults alone")
    suspects = [at for at, row in enumerate(rows) if row["kind"] in ("email_clicked", "email_opened")]
    return {at for at in suspects if not _vouched(rows[at], known_at) and _is_machine(rows, at)}


def _vouched(row: Row, known_at: int | None) -> bool:
    said = row.get("vouched_at")
    return said is not None and (known_at is None or said <= known_at)


def _is_machine(rows: Sequence[Row], place: int) -> bool:
    told = rows[place]["properties"]
    if str(told.get("filtered")).lower() in ("true", "yes", "1") or str(told.get("method") or "").upper() == "HEAD":
        return True
    if any(word in str(told.get("agent") or "").lower() for word in AGENTS):
        return True
    evidence = _burst(rows, place) + _haste(told)
    if evidence and _read_on(rows, place):
        evidence -= 2
    return evidence >= NEEDED


def _haste(told: Mapping[str, Any]) -> int:
    if told.get("sent_at") or told.get("delivered_at"):
        raise ValueError("the reference knows haste by `since_sent_s` alone")
    passed = told.get("since_sent_s")
    if passed is None or float(passed) < 0 or float(passed) > 30:
        return 0
    return 3 if float(passed) <= 5 else 1


def _clicks(rows: Sequence[Row]) -> list[tuple[int, Row]]:
    return [(at, row) for at, row in enumerate(rows) if row["kind"] == "email_clicked"]


def _burst(rows: Sequence[Row], place: int) -> int:
    """The most different links of its mail that any two seconds around it hold."""
    mine = rows[place]
    if mine["kind"] != "email_clicked":
        return 0
    of_mail = [row for _, row in _clicks(rows) if _mail(row) == _mail(mine)]
    ends = [row["occurred_at"] for row in of_mail if 0 <= row["occurred_at"] - mine["occurred_at"] <= BURST_S * SECOND]
    most = max(
        len({_link(row) for row in of_mail if 0 <= end - row["occurred_at"] <= BURST_S * SECOND}) for end in ends
    )
    return 0 if most < BURST_LINKS else 2 if most == BURST_LINKS else 3


def _mail(row: Row) -> tuple[str, str]:
    told = row["properties"]
    return row["connection"], str(told.get("mail") or told.get("campaign") or told.get("subject") or "")


def _link(row: Row) -> str:
    return str(row["properties"].get("url") or "").split("#")[0].split("?")[0].rstrip("/").lower()


def _read_on(rows: Sequence[Row], place: int) -> bool:
    """Somebody looked at our pages a while after the last click of its run: clicks that follow each other closely."""
    clicks = _clicks(rows)
    stamps = [row["occurred_at"] for _, row in clicks]
    runs: list[list[int]] = []
    for at, row in clicks:
        is_next = bool(runs) and row["occurred_at"] - rows[runs[-1][-1]]["occurred_at"] <= BURST_S * SECOND
        runs[-1].append(at) if is_next else runs.append([at])
    own = next((run for run in runs if place in run), [])
    ends = {rows[at]["occurred_at"] for at in own}
    for row in rows:
        if row["kind"] in ("page_viewed", "form_submitted"):
            last = max((at for at in stamps if at <= row["occurred_at"]), default=None)
            passed = None if last is None else row["occurred_at"] - last
            if last in ends and passed is not None and READS_AFTER_S <= passed / SECOND <= READS_WITHIN_S:
                return True
    return False
