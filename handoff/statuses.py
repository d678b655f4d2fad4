"""What the systems' own words for a status say about a lead's stage, by lifecycle.yaml."""

from domain.stage import Stage
from domain.values import Value
from handoff.rulebook import Rulebook


def means_touch(value: Value, book: Rulebook) -> bool:
    """Whether a status says that somebody works the lead."""
    said = str(value or "").strip().casefold()
    return said in {each.casefold() for each in book.lifecycle.touch_statuses}


def stage_of(value: Value, book: Rulebook) -> Stage | None:
    """The stage that a status stands for: as lifecycle.yaml maps it, else our own word for it."""
    said = str(value or "").strip().casefold()
    mapped = {status.casefold(): stage for status, stage in book.lifecycle.status_stages.items()}
    if said in mapped:
        return mapped[said]
    return next((stage for stage in Stage if stage.value == said), None)


def meant(value: Value, book: Rulebook) -> Stage | None:
    """The stage that a person's status leaves a lead in; None where it says nothing of one."""
    return Stage.ACCEPTED if means_touch(value, book) else stage_of(value, book)
