"""The simulated Salesforce as the side door sees it: an org that can be seeded, acted in and looked into."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from simulator.act import ActError
from simulator.log import Effect
from simulator.salesforce import acts, catalogue, custom_fields, seeding, times
from simulator.salesforce.org import Org
from simulator.salesforce.selection import Lens
from simulator.salesforce.table import Row
from simulator.salesforce.writing import Writing


class SalesforceWorld:
    """One org; every call says what time it is."""

    def __init__(self, at: datetime) -> None:
        self.org = Org()
        self._provisioned = True
        self.integration_user, self.admin_user = seeding.found(self.org, at)
        self.org.security.user_id = self.integration_user

    def seed(self, rows: Mapping[str, list[Row]], at: datetime, effects: list[Effect]) -> dict[str, list[str]]:
        """Create rows; users are matched by e-mail, and shortcuts such as OwnerEmail are understood."""
        self.org.commit(at)
        writing = Writing(now=at, at=at, user_id=self.admin_user, effects=effects, trusted=True)
        return seeding.seed(self.org, rows, writing)

    def act(
        self, do: str, *, as_: str, id: str, fields: Row, at: datetime, now: datetime, effects: list[Effect]
    ) -> dict[str, Any]:
        """Let a person do one thing; a refused act leaves nothing behind."""
        self.org.commit(now)
        writing = Writing(now=now, at=at, user_id=self.admin_user, effects=effects, by_hand=True, allow_save=True)
        return acts.act(self.org, acts.Deed(do=do, as_=as_, id=id, fields=fields), writing)

    def furnish(self, *, provisioned: bool) -> None:
        """As `simulator.act.World` says."""
        if provisioned is not self._provisioned:
            self._provisioned = provisioned
            custom_fields.furnish(self.org, provisioned=provisioned)

    def objects(self, type_name: str) -> list[Row]:
        """Every row of the type, deleted ones included, with every field."""
        type_ = catalogue.kept(type_name)
        if type_ is None:
            raise ActError(f"Salesforce has no type {type_name!r} here; known are {', '.join(catalogue.TYPES)}")
        rows = self.org.tables[type_.name].rows.values()
        latest = max((row["SystemModstamp"] for row in rows), default=_NEVER)
        everything = Lens(self.org.tables[type_.name].type, self.org, times.read_datetime(latest)).everything()
        return [everything.show(row, "v59.0") for row in rows]


_NEVER = "1970-01-01T00:00:00.000+0000"
