"""Every point at which a proof kills the loop is a point that the loop passes, and the other way round."""

import ast

from sync.bulkheads import BETWEEN_COMMITS
from tests.crash_points import BESIDE, POINTS
from tests.rig import ROOT

PASSED = {"reached", "at"}
"""By these names the steps call what `leadloop/app.py` hands in."""


BOOKS = ("came_from.py", "closing.py", "keeping_books.py")
"""What the daemon does besides the loop, with the loop that it is handed."""


def points_passed() -> set[str]:
    found = set()
    for path in (*(ROOT / "sync").glob("*.py"), *(ROOT / "leadloop" / name for name in BOOKS)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) != 1:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            point = node.args[0]
            if name in PASSED and isinstance(point, ast.Constant) and isinstance(point.value, str):
                found.add(point.value)
    return found


def test_the_loop_is_killed_at_every_point_it_passes() -> None:
    assert {*POINTS, *BESIDE} == points_passed()


def test_a_daemon_ends_its_jobs_only_at_points_that_there_are() -> None:
    assert points_passed() >= BETWEEN_COMMITS
