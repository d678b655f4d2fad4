"""Whether a rep was given a lead by decisions that a restore took away: the systems show it, the store does not.

Whose turn it is went back too, so that a rule asked once more may name somebody else than who works the lead by now.
"""

from handoff.lifecycle import AT_WORK
from sync.loop import InForce
from sync.material import Material


def given_before(material: Material, rules: InForce) -> bool:
    """To be asked of a lead that is in no handoff: its fields of ours say that it is in one."""
    if not material.is_after_restore or material.open_handoff is not None:
        return False
    words = {stage.value for stage in AT_WORK}
    return any(shown in words for shown in _stages_shown(material, rules))


def _stages_shown(material: Material, rules: InForce) -> list[object]:
    found: list[object] = []
    for one in rules.fields.properties:
        if one.rule.name != "stage":
            continue
        for record in material.records:
            field = one.fields.get((record.ref.connection, record.ref.object))
            if field is not None:
                value, own = record.values.get(field), one.spoken.get(record.ref.connection)
                found.append(value if own is None else own.meaning(value))
    return found
