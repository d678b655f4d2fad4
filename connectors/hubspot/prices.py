"""What writing costs in calls, told from the changes alone: people see it before it is done.

Counted is what is sent when nothing goes wrong. A refused batch is halved and sent again, a stage that goes back is
cleared first: both cost more, and so does looking at properties anew.
"""

from collections.abc import Sequence

from connectors.hubspot.stages import STAGE
from connectors.hubspot.tasks import TASKS
from connectors.hubspot.writing import portions
from domain.change import Change, ChangeKind


def writing_calls(changes: Sequence[Change], *, members_per_call: int) -> int:
    return sum(_calls([change for _, change in portion]) for portion in portions(changes, members=members_per_call))


def _calls(changes: Sequence[Change]) -> int:
    match changes[0].kind:
        case ChangeKind.FIELDS:
            staged = [change for change in changes if STAGE in change.values]
            look = any(change.guarded for change in changes)
            look_at_stages = any(not change.guarded for change in staged)
            return 1 + sum((look, look_at_stages, bool(staged)))
        case ChangeKind.CREATE:
            return 3 if changes[0].object == TASKS else 2
        case ChangeKind.MEMBER:
            return 1
