"""What a lead's records say together, from its material: the one way in which the loop merges a lead."""

from mapping.compiled import FieldMap
from mapping.heads import touches
from mapping.merge_lead import LeadMerge, merge_lead
from sync.material import Material


def merged_of(material: Material, fields: FieldMap) -> LeadMerge:
    """Only where a system has several records of the person does it matter whom the reps deal with."""
    has_twins = len({row.ref.connection for row in material.records}) < len(material.records)
    touched = touches(material.activities) if has_twins else None
    return merge_lead(material.records, material.bases, fields, touched=touched)
