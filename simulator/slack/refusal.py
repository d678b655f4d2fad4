"""How Slack says no: HTTP 200 and a word."""

from typing import Any


class SlackRefusalError(Exception):
    """`word` stands under `error`; `more` beside it."""

    def __init__(self, word: str, **more: Any) -> None:
        super().__init__(word)
        self.word = word
        self.more = more
