"""The shape that every settings and rule value has: unknown keys refused, frozen once read, spans bounded."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

FARTHEST_DAYS = 3650
"""Ten years: a longer span of days is a slip of the keyboard, and dates end somewhere."""

Days = Annotated[int, Field(ge=1, le=FARTHEST_DAYS)]


class Strict(BaseModel):
    """Refuses what it does not know; attribute docstrings become the JSON Schema's descriptions."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)
