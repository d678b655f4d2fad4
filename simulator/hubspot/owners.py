"""The users of the portal who can own records. `id` goes into hubspot_owner_id; `userId` is another number."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from simulator.hubspot.stamps import iso
from simulator.log import Effect

FIRST_OWNER = 40_000_001
USER_ID_OFFSET = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    id: int
    email: str
    first_name: str
    last_name: str
    created_ms: int
    updated_ms: int
    archived: bool = False

    @property
    def user_id(self) -> int:
        return self.id + USER_ID_OFFSET

    def shown(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "email": self.email,
            "type": "PERSON",
            "firstName": self.first_name,
            "lastName": self.last_name,
            **({} if self.archived else {"userId": self.user_id}),
            "userIdIncludingInactive": self.user_id,
            "createdAt": iso(self.created_ms),
            "updatedAt": iso(self.updated_ms),
            "archived": self.archived,
        }


class Owners:
    """Owners by id and by e-mail; a deactivated one stays, archived."""

    def __init__(self) -> None:
        self._by_id: dict[int, Owner] = {}
        self._by_email: dict[str, int] = {}

    def add(self, row: Mapping[str, Any], *, at_ms: int, effects: list[Effect]) -> Owner:
        """Create the owner of this e-mail, or change the one there is."""
        email = str(row["email"]).strip().lower()
        known = self.find(email)
        owner = Owner(
            id=known.id if known else FIRST_OWNER + len(self._by_id),
            email=email,
            first_name=str(row.get("first_name") or row.get("firstName") or ""),
            last_name=str(row.get("last_name") or row.get("lastName") or ""),
            created_ms=known.created_ms if known else at_ms,
            updated_ms=at_ms,
            archived=row.get("active", True) is False,
        )
        return self._put(owner, effects, known)

    def activate(self, owner: Owner, *, active: bool, at_ms: int, effects: list[Effect]) -> Owner:
        return self._put(replace(owner, archived=not active, updated_ms=at_ms), effects, owner)

    def _put(self, owner: Owner, effects: list[Effect], known: Owner | None) -> Owner:
        self._by_id[owner.id] = owner
        self._by_email[owner.email] = owner.id
        effects.append(
            {
                "op": "update" if known else "create",
                "type": "owners",
                "id": str(owner.id),
                "before": {"archived": known.archived} if known else None,
                "after": {"archived": owner.archived},
            }
        )
        return owner

    def find(self, email: str) -> Owner | None:
        found = self._by_email.get(email.strip().lower())
        return None if found is None else self._by_id[found]

    def get(self, owner_id: str) -> Owner | None:
        return self._by_id.get(int(owner_id)) if owner_id.isdigit() else None

    def by_user(self, user_id: str) -> Owner | None:
        return self.get(str(int(user_id) - USER_ID_OFFSET)) if user_id.isdigit() else None

    def listed(self, *, archived: bool, email: str | None = None) -> list[Owner]:
        rows = [owner for owner in self._by_id.values() if owner.archived is archived]
        return rows if email is None else [owner for owner in rows if owner.email == email.strip().lower()]

    def __iter__(self) -> Iterator[Owner]:
        return iter(self._by_id.values())
