"""scoring.yaml as text, made out of rules that no person wrote: with comments, in the order in which people read it."""

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from config.scoring import ScoringRules

SCHEMA_LINE = "# yaml-language-server: $schema=./.leadloop/scoring.schema.json"
_FIRST = ("line", "steps", "grades", "showing", "total_cap", "engagement", "sales", "scores", "fit", "fit_penalties")
"""What is read first; the rest follows in the order of the shape."""
_SAID = ("line", "steps", "grades", "engagement", "fit")
"""What stands there even where it is the default."""
_LONGEST_FLOW = 100
_WIDTH = 120


def text_of(rules: ScoringRules, *, head: Sequence[str] = (), above: Mapping[str, str] | None = None) -> str:
    """Reading it gives `rules` again. `head`: lines of comment at the top; `above`: one over a top-level key."""
    whole = rules.model_dump(mode="json", exclude_defaults=True)
    for name in _SAID:
        whole.setdefault(name, rules.model_dump(mode="json", include={name})[name])
    order = [*(name for name in _FIRST if name in whole), *(name for name in whole if name not in _FIRST)]
    document = CommentedMap((name, _laid_out(whole[name])) for name in order)
    for place, name in enumerate(order):
        comment = (above or {}).get(name, "")
        document.yaml_set_comment_before_after_key(name, before=f"\n{comment}" if place else comment or None)
    stream = StringIO()
    _writer().dump(document, stream)
    lines = [SCHEMA_LINE, "#", *(f"# {line}".rstrip() for line in head)]
    return "\n".join(lines) + "\n\n" + stream.getvalue().lstrip("\n")


def _writer() -> YAML:
    writer = YAML(pure=True)
    writer.width = _WIDTH
    writer.indent(mapping=2, sequence=4, offset=2)
    return writer


def _laid_out(part: Any) -> Any:
    """Short pieces on one line, as `{ property: country, operator: in, value: [US, CA] }`."""
    if isinstance(part, Mapping):
        made: CommentedMap | CommentedSeq = CommentedMap((name, _laid_out(each)) for name, each in part.items())
    elif isinstance(part, list):
        made = CommentedSeq(_laid_out(each) for each in part)
    else:
        return part
    if part and _depth(part) <= 2 and len(repr(part)) <= _LONGEST_FLOW and "rules" not in part:
        made.fa.set_flow_style()
    return made


def _depth(part: Any) -> int:
    inside = part.values() if isinstance(part, Mapping) else part if isinstance(part, list) else ()
    return 1 + max(map(_depth, inside), default=-1) if isinstance(part, Mapping | list) else 0
