"""Commands as different people run them on one machine: each under a login of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from leadloop import cli
from store import audit, proposals, rules
from store.audit import Wanted
from store.engine import Store, Tx
from tests.installation import Done, Installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`does` runs a command in this process; what is printed is the command's own."""

    of: Installation
    patch: pytest.MonkeyPatch
    screen: pytest.CaptureFixture[str]

    def does(self, login: str, *arguments: str) -> Done:
        self.patch.setenv("LOGNAME", login)
        self.screen.readouterr()
        code = cli.run([*arguments, "-C", str(self.of.folder)])
        told = self.screen.readouterr()
        return Done(code=code, out=told.out, err=told.err)

    @contextmanager
    def store(self) -> Iterator[Tx]:
        """The installation's database as it is, without reading its rules."""
        opened = Store.open("sqlite:///leadloop.db", folder=self.of.folder)
        with opened.read() as tx:
            yield tx
        opened.dispose()

    def proposals(self) -> list[tuple[int, str, str]]:
        """Number, status and who answered, newest first."""
        with self.store() as tx:
            return [(each.number, each.status.value, each.answered_by or "") for each in proposals.history(tx)]

    def versions(self) -> list[tuple[int, str, str]]:
        """Number, author and message of the published rules, newest first."""
        with self.store() as tx:
            return [(each.number, each.author, each.message) for each in rules.history(tx)]

    def acts(self, *beginnings: str) -> list[tuple[str, str]]:
        """Who did what, of the rows of the audit whose action begins so."""
        with self.store() as tx:
            rows = [row for _, row in audit.rows(tx, Wanted())]
        return [(row.actor, row.action) for row in rows if row.action.startswith(beginnings)]
