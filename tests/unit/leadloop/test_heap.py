"""Threads of the daemon share one heap, and what is free in it goes back."""

import ctypes
import subprocess
import sys

import pytest

from tests.rig import ROOT

GLIBC = hasattr(ctypes.CDLL(None), "malloc_info")
COUNT = """
import ctypes, threading
from leadloop.heap import share_heap

{before}
together = threading.Barrier(4)

def ask():
    together.wait()
    kept.append(bytes(50_000))
    together.wait()

kept = []
threads = [threading.Thread(target=ask) for _ in range(4)]
for each in threads:
    each.start()
for each in threads:
    each.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = libc.fopen(b"/dev/stdout", b"w")
libc.malloc_info(0, ctypes.c_void_p(file))
libc.fclose(ctypes.c_void_p(file))
"""


@pytest.mark.skipif(not GLIBC, reason="another C library than glibc")
@pytest.mark.parametrize(("before", "is_one"), [("share_heap()", True), ("", False)], ids=["shared", "as it comes"])
def test_threads_share_one_heap_once_it_is_asked_for(before: str, *, is_one: bool) -> None:
    command = [sys.executable, "-c", COUNT.format(before=before)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert (told.count("<heap nr=") == 1) is is_one


HOLES = """
from pathlib import Path
from leadloop.heap import give_back

def own_kb():
    (line,) = (each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("RssAnon:"))
    return int(line.split()[1])

kept = [bytes([1]) * 50_000 for _ in range(2_000)]
last = kept[-1]
kept.clear()
before = own_kb()
{then}
print(before - own_kb())
"""


@pytest.mark.skipif(not GLIBC, reason="another C library than glibc")
@pytest.mark.parametrize(("then", "is_back"), [("give_back()", True), ("", False)], ids=["asked", "as it is"])
def test_what_is_free_below_what_is_kept_goes_back_when_asked(then: str, *, is_back: bool) -> None:
    command = [sys.executable, "-c", HOLES.format(then=then)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert (int(told) > 50_000) is is_back
