"""The memory that threads ask the C library for: one heap for all of them.

glibc gives nearly each thread a heap of its own and keeps there what its jobs took at their peak: measured, half of a
daemon's memory after some minutes, and ever more. Under the interpreter's lock threads take turns anyway.
"""

import ctypes
from contextlib import suppress

_M_ARENA_MAX = -8
"""https://man7.org/linux/man-pages/man3/mallopt.3.html"""


def share_heap() -> None:
    """Before threads begin; other C libraries have no such choice, and need none."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
