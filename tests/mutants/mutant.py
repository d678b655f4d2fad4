"""One seeded bug: which text becomes which, and the tests that have to notice."""

from dataclasses import dataclass
from pathlib import Path


class PatchError(Exception):
    """The text that a bug begins with does not stand in its file exactly once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """`bug`: as the list calls it; `here`: what that is in this code, where it is something else.

    `tests`: pytest node ids, of which one has to fail while `after` stands in the place of `before`.
    """

    number: int
    bug: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]
    here: str = ""

    def mutated(self, text: str) -> str:
        """The file with the bug in it; PatchError unless its text stands there once."""
        times = text.count(self.before)
        if times != 1:
            raise PatchError(f"bug {self.number}: its text stands {times} times in {self.file}")
        return text.replace(self.before, self.after)

    def put_into(self, root: Path) -> str:
        """Write the bug into a tree; returns the file as it was."""
        file = root / self.file
        text = file.read_text(encoding="utf-8")
        rewrite(file, self.mutated(text))
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class NotHereYet:
    """A bug of the list whose place does not exist yet: nothing is seeded, and nothing counts as found."""

    number: int
    bug: str
    reason: str


def rewrite(file: Path, text: str) -> None:
    """Without what Python compiled of it: that is told from the new text by size and whole seconds alone."""
    file.write_text(text, encoding="utf-8")
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        compiled.unlink()
