"""What a lead's records say together, from its material: the one way in which the loop merges a lead."""

from mapping.compiled import FieldMap
from mapping.gated import merge_gated
from mapping.heads import touches
from mapping.merge_lead import LeadMerge
from sync.evidence import asked_in_vain, echoes, moments
from sync.material import Material


def merged_of(material: Material, fields: FieldMap) -> LeadMerge:
    """Only where a system has several records of the person does it matter whom the reps deal with."""
    has_twins = len({row.ref.connection for row in material.records}) < len(material.records)
    touched = touches(material.activities) if has_twins else None
    if not material.evidence:
        return merge_gated(material.records, material.bases, fields, touched=touched)
    heads = fields.heads(material.records, touched=touched)
    consents = fields.gates.consents
    return merge_gated(
        material.records,
        {**material.bases, **echoes(material, heads, consents)},
        fields,
        changed=moments(material, heads, consents),
        touched=touched,
        asked=asked_in_vain(material, heads, consents),
    )
