"""The folder's `.env`: what each line sets and where it stands. It holds secrets, so others must not get at it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from config.secrets import refusal
from domain.errors import Problem, SettingsError

SHOWN = ".env"


@dataclass(frozen=True, slots=True, kw_only=True)
class DotEnv:
    """Values and lines by variable; `problems` repeat no value."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    lines: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def read_dotenv(folder: Path) -> DotEnv:
    """The file if there is one. A refused file is read all the same, so that its absence makes no further mistakes."""
    path = folder / SHOWN
    try:
        text = path.read_text(encoding="utf-8")
        refused = refusal(path)
    except (FileNotFoundError, IsADirectoryError):
        return DotEnv()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: it has to be UTF-8 text that you may read") from error
    problems = [_problem(1, *refused)] if refused else []
    bindings = list(parse_stream(StringIO(text)))
    problems += [_problem(_line(each), *_what_is_wrong(each)) for each in bindings if each.error]
    set_here = [(each.key, each.value, _line(each)) for each in bindings if each.key and each.value is not None]
    return DotEnv(
        values={key: value or "" for key, value, _ in set_here},
        lines={key: line for key, _, line in set_here},
        problems=tuple(problems),
    )


def _problem(line: int, message: str, hint: str) -> Problem:
    return Problem(file=SHOWN, line=line, column=1, message=message, hint=hint)


def _line(binding: Binding) -> int:
    """Where it begins: blank lines before it belong to it, as the parser sees it."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def _what_is_wrong(binding: Binding) -> tuple[str, str]:
    _, equals, value = binding.original.string.partition("=")
    quote = value.lstrip()[:1]
    if not equals or quote not in {"'", '"'}:
        return "this line says nothing", "write NAME=value, or # before a remark"
    if value.count(quote) == 1:
        return "a quote is left open", "close it, or take it away"
    return "something stands behind the closing quote", "take it away, or put # before it"
