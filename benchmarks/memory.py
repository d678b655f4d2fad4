"""Watches how much memory of its own a process has while it works."""

import threading

from leadloop.demo.replay import own_mb

LOOK_EVERY_S = 0.02


class Memory(threading.Thread):
    """Looks at this process's own memory again and again."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak_mb = 0
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(LOOK_EVERY_S):
            self.peak_mb = max(self.peak_mb, own_mb())

    def end(self) -> int:
        """The most that it ever was."""
        self._ended.set()
        self.join()
        return self.peak_mb
