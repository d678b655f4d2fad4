"""The playbook: which asset and which question go into a rep's task."""

from typing import Self

from pydantic import Field, model_validator

from config.conditions import Condition
from config.strict import Strict


class Play(Strict):
    """What to bring along for leads of one kind; the first that fits is told."""

    name: str
    """How the play is called; the only one of its name."""
    when: Condition = Condition()
    """Over the lead's properties, and kind, hand_raise, grade, band, score, is_customer, has_open_deal."""
    asset: str = Field(default="", max_length=500)
    """One thing to send or show, with its address."""
    question: str = Field(default="", max_length=500)
    """One question to open with."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.asset.strip() and not self.question.strip():
            raise ValueError("a play says nothing: give it an `asset`, a `question` or both")
        return self
