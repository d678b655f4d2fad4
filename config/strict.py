"""The shape that every settings and rule value has: unknown keys refused, frozen once read."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Refuses what it does not know; attribute docstrings become the JSON Schema's descriptions."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)
