"""The memory that threads ask the C library for: one heap for all of them, and what is free in it goes back.

glibc gives nearly each thread a heap of its own and keeps there what its jobs took at their peak: measured, half of a
daemon's memory after some minutes, and ever more. Under the interpreter's lock threads take turns anyway.
"""

import ctypes
from contextlib import suppress

_M_ARENA_MAX = -8
"""https://man7.org/linux/man-pages/man3/mallopt.3.html"""

GIVE_BACK_S = 60.0
"""How often a daemon gives back what its jobs took at their peak; a millisecond each time."""


def share_heap() -> None:
    """Before threads begin; other C libraries have no such choice, and need none."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Free pages between those in use stay with the process until it is asked; other C libraries need no asking."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
