"""One person's traces in order, and questions to them: the first of a kind after another."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from leadloop.demo.traces import Reader, Trace, What

Test = Callable[[Trace], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of the account; `cites` are numbers of log lines that show it."""

    about: str
    """The kind of happening whose story it belongs to."""
    text: str
    cites: tuple[int, ...]

    def __str__(self) -> str:
        cited = " ".join(f"[log {number}]" for number in self.cites)
        return f"{self.text.removesuffix('.')} {cited}."


@dataclass(slots=True)
class Trail:
    """What happened to one person, oldest first."""

    person: str
    name: str
    users: Mapping[str, str]
    """E-mail of a Salesforce user → name."""
    traces: list[Trace] = field(default_factory=list)

    def colleague(self, email: Any) -> str:
        """A user's name; LookupError for a queue, the integration's own user and nobody."""
        return self.users[str(email)]

    def first(
        self, what: What | Collection[What], *, since: int = 0, ours: bool | None = None, test: Test | None = None
    ) -> Trace:
        """The first trace of these kinds in a line after `since`, by leadloop or by people, that passes the test.

        LookupError when there is none: then the story is not theirs.
        """
        kinds = {what} if isinstance(what, What) else what
        for trace in self.traces:
            fits = trace.seq > since and trace.what in kinds and (ours is None or trace.ours is ours)
            if fits and (test is None or test(trace)):
                return trace
        raise LookupError(f"no such trace of {kinds} after line {since}")

    def has(
        self,
        what: What | Collection[What],
        *,
        since: int,
        until: int,
        ours: bool | None = None,
        test: Test | None = None,
    ) -> bool:
        """Whether something of these kinds happened between two lines."""
        try:
            return self.first(what, since=since, ours=ours, test=test).seq < until
        except LookupError:
            return False

    def with_it(self, trace: Trace, what: What, *, test: Test | None = None) -> Trace:
        """What leadloop wrote of this kind in the same cycle; LookupError when it wrote none."""
        same = (each for each in self.traces if each.what is what and each.ours and each.cycle == trace.cycle)
        found = next((each for each in same if test is None or test(each)), None)
        if found is None:
            raise LookupError(f"no {what} in cycle {trace.cycle}")
        return found

    def by_then(self, trace: Trace, what: What) -> Trace:
        """What leadloop had written last of this kind when that cycle was over."""
        written = [each for each in self.traces if each.what is what and each.ours and each.cycle <= trace.cycle]
        if not written:
            raise LookupError(f"no {what} until cycle {trace.cycle}")
        return written[-1]


@dataclass(slots=True)
class Log:
    """The whole log by person, for telling stories."""

    reader: Reader
    trails: dict[str, Trail]


def follow(lines: Iterable[Mapping[str, Any]]) -> Log:
    """Read a log into trails."""
    reader = Reader()
    log = Log(reader=reader, trails={})
    for trace in reader.read(lines):
        trail = log.trails.get(trace.person)
        if trail is None:
            name = reader.names.get(trace.person, trace.person)
            trail = log.trails[trace.person] = Trail(trace.person, name, reader.user_names)
        trail.traces.append(trace)
    return log


def is_set_to(*values: Any) -> Test:
    """Whether a trace sets one of these values anew."""
    return lambda trace: trace.after in values and trace.before != trace.after


def is_on(*values: str) -> Test:
    """Whether what a trace names begins with one of these."""
    return lambda trace: str(trace.after).startswith(values)


def day(at: date) -> str:
    return f"{at.day} {at:%B}"
