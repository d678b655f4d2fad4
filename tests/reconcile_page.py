"""The page of a quarrel as it is known: 412 in one system, 280 in the other, 391 here."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import count

from domain.counted import Counted
from domain.run import GoLive
from domain.values import LeadId
from reports.pages.differences import Because, Cause, Twice
from reports.pages.evidence import Around
from reports.pages.page import Page
from reports.pages.reconcile import Reconcile
from reports.pages.reconciling import US, Line, Look
from reports.pages.yardsticks import STAGES
from tests.counted_crowd import NOW
from tests.reconcile_desk import WINDOW, Sight, yards_of
from tests.reference.crowd import Crowd
from tests.report_desk import scope_of

EVERYWHERE, HUB, CRM = 257, "hub", "crm"
ONLY_HERE = {
    Cause.EXCLUDED: (61, "city equals Havana"),
    Cause.CREATION_WAITS: (5, ""),
    Cause.CREATION_REFUSED: (9, "FIELD_CUSTOM_VALIDATION_EXCEPTION"),
    Cause.DELETED: (12, ""),
    Cause.ENDED: (43, ""),
    Cause.ERASED: (3, ""),
    Cause.UNEXPLAINED: (1, ""),
}
"""Of ours what the CRM does not count; what is erased or ended the other one does not count either."""


def _lines() -> Iterator[Line]:
    numbers = map(LeadId, count(1))
    for _ in range(EVERYWHERE):
        yield Line(lead_id=next(numbers), counted={US: 1, HUB: 1, CRM: 1})
    for cause, (several, words) in ONLY_HERE.items():
        because = Because(cause=cause, words=words)
        is_alone = cause in {Cause.ERASED, Cause.ENDED}
        counted: Mapping[str, int] = {US: 1} if is_alone else {US: 1, HUB: 1}
        for _ in range(several):
            why = {CRM: because, **({HUB: because} if is_alone else {})}
            yield Line(lead_id=next(numbers), counted=counted, why=why)
    yield from _more(numbers)


def _more(numbers: Iterator[LeadId]) -> Iterator[Line]:
    for number in range(20):
        has_contact = number < 3
        both = {HUB: 2, CRM: 2 if has_contact else 1}
        twice = {(HUB, Twice.DUPLICATE): 1} | ({(CRM, Twice.CONVERTED): 1} if has_contact else {})
        yield Line(lead_id=next(numbers), counted=both, twice=twice, why={US: Because(cause=Cause.LATER)})
    for _ in range(27):
        why = {US: Because(cause=Cause.SET_THERE, words="engaged"), CRM: Because(cause=Cause.NEVER_TOLD)}
        yield Line(lead_id=next(numbers), counted={HUB: 1}, why=why)
    yield Line(lead_id=next(numbers), counted={}, undated=(HUB,))


def quarrel(*, loaded: datetime | None = None) -> Page:
    """`loaded`: since when leadloop looks."""
    sight = Sight()
    yards, fields = yards_of(sight)
    around = Around(fields=fields, step=GoLive.LIVE, heard=dict.fromkeys(fields.rules.systems, NOW))
    counting = [each for each in yards if each.counts]
    look = Look(stage=STAGES[Counted.MQL], window=WINDOW, yards=counting, around=around)
    scope = replace(scope_of(Crowd(began=NOW, now=NOW), loaded=loaded), window=WINDOW)
    report = Reconcile(scope, Counted.MQL, yards, look)
    for each in _lines():
        report.count(each)
    return report.page()
