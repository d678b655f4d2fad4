"""Where a file lies: SQLite's log beside the database needs memory that all its users share, which no network gives."""

import re
from pathlib import Path

from domain.errors import StoreError

MOUNTS = Path("/proc/self/mountinfo")
_NETWORKS = re.compile(r"^(nfs\d?|cifs|smb\w*|afs|ncpfs|glusterfs|fuse\.(sshfs|glusterfs))$")
_ESCAPED = re.compile(r"\\(\d{3})")


def require_local(path: Path, *, mounts: Path = MOUNTS) -> None:
    """StoreError for a file on a network's disk, as far as the system tells what its disks are."""
    try:
        kind = kind_of(path.parent.resolve(), mounts.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return
    if _NETWORKS.match(kind):
        raise StoreError(
            f"{path} lies on a network's disk ({kind}), where SQLite damages its database sooner or later. Move it to "
            "a disk of this machine, or use PostgreSQL."
        )


def kind_of(folder: Path, mounts: str) -> str:
    """What kind of disk a folder lies on; empty where nothing is told."""
    found: dict[Path, str] = {}
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        place, kind = before.split()[4:5], after.split()[:1]
        if place and kind:
            found[Path(_ESCAPED.sub(lambda octal: chr(int(octal[1], 8)), place[0]))] = kind[0]
    above = (each for each in (folder, *folder.parents) if each in found)
    return found.get(next(above, Path()), "")
