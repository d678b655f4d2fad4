"""The first schema: everything the loop needs to survive a restart."""

from store.migrations.first import house, people, shown, writes

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    house.create()
    shown.create()
    people.create()
    writes.create()
    writes.make_audit_append_only()


def downgrade() -> None:
    raise NotImplementedError("there is nothing before the first schema: restore a backup instead")
