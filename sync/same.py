"""Whether a system already shows what we want, however it likes to write it."""

from domain.values import Value
from mapping.equal_forms import is_shown


def same(wanted: Value, shown: Value) -> bool:
    """Equal as any vendor means it: blank is nothing, 74 is 74.0 is "74", a moment is a moment in any zone. Two
    texts are one by their letters: `1.10` is not `1.1`."""
    return is_shown(wanted, shown)
