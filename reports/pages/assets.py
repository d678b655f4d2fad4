"""What marketing makes, what scores and what sales does: how much more often handoffs come to something with it, what
reps say of it, and after which mail people unsubscribe."""

from collections.abc import Iterator

from reports.pages.actions import Actions
from reports.pages.approaches import Approach
from reports.pages.lifts import ASSOCIATION, Lifts
from reports.pages.opt_outs import Mailed, OptOuts
from reports.pages.page import Missing, Page, Table
from reports.pages.passes import Scope
from reports.pages.praise import Praise

NOTHING_MET = "Nothing that we are told of"
NO_RULE = "No rule gave points"
STEPS = ("accepted", "won")
_MET = "Met before the handoff, and after the one before had ended. A handoff stands in the line of each of its assets."
_RULES = "By the rules in force and by what was known at each handoff, also where other rules opened it."
_LATELY = "Won counts what is won so far: who was handed over lately had less time."
_UNSENT = Missing(
    what="No mail of marketing is known to have been sent in this window, so that there is no unsubscribe rate.",
    mend="List mails of Salesforce and steps of sequences are told one by one; HubSpot's marketing mails are not.",
)


class AssetsReport:
    """The page as it is counted. Mails are of no team: where one is asked for, they are left out."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._met, self._rules = Lifts(scope.most, STEPS), Lifts(scope.most, STEPS)
        self._praise = Praise(scope.book.lifecycle, scope.book.scoring.scorecard, scope.most)
        self._actions, self._opt_outs = Actions(scope), OptOuts(scope)

    def count(self, each: Approach) -> None:
        self._met.count([asset.label for asset in each.met] or [NOTHING_MET], each.of)
        self._rules.count(each.rules or [NO_RULE], each.of)
        self._praise.count(each.last.label if each.last is not None else NOTHING_MET, each.of)
        self._actions.count(each.of)

    def count_mail(self, each: Mailed) -> None:
        self._opt_outs.count(each)

    def page(self) -> Page:
        scope = self._scope
        return Page(
            name="assets",
            title="Assets, rules and actions",
            asks="What did those have in common whom sales accepted and won, and after what do people turn away?",
            counts="handoffs",
            window=scope.window,
            seen=scope.now,
            rule_hash=scope.book.rule_hash,
            parts=tuple(self._tables()),
            missing=tuple(self._missing()),
            remarks=(ASSOCIATION, _LATELY),
        )

    def _tables(self) -> Iterator[Table]:
        yield self._met.table("asset", "What they had met", "Asset", says=_MET, drawn=True)
        yield self._praise.table()
        if self._scope.team is None:
            yield from self._opt_outs.tables()
        yield self._rules.table("rule", "Which rules gave or took points", "Rule", says=_RULES)
        yield from self._actions.tables()

    def _missing(self) -> Iterator[Missing]:
        if self._scope.team is None and not self._opt_outs.is_told:
            yield _UNSENT
