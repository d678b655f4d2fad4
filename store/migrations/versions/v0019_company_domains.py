"""Accounts are found by the domain that people's addresses have: `acme.example` for `shop.acme.example`.

People were found by this domain before.
"""

import sqlalchemy as sa
from alembic import op

from mapping.addresses import website_domain

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_ROWS = 500
_MOVE = (
    "UPDATE record_value SET value = :domain "
    "WHERE connection = :connection AND object = :object AND name = 'domain' AND value = :value"
)


def upgrade() -> None:
    bind = op.get_bind()
    known = bind.execute(
        sa.text("SELECT DISTINCT connection, object, value FROM record_value WHERE name = 'domain'")
    ).mappings()
    moved = [{**row, "domain": domain} for row in known.all() if (domain := _domain(row["value"])) != row["value"]]
    for start in range(0, len(moved), _ROWS):
        bind.execute(sa.text(_MOVE), moved[start : start + _ROWS])


def _domain(host: str) -> str:
    return website_domain(host) or host


def downgrade() -> None:
    raise NotImplementedError("the hosts cannot be told any more: restore a backup instead")
