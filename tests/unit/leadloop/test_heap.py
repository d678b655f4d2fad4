"""Threads of the daemon share one heap."""

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
