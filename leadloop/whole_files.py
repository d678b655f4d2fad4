"""A file of people's data that is there as a whole, or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from domain.errors import UsageError


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Write under another name beside it, for the owner's eyes only; it has its own name once all is on the disk.

    Whatever breaks it off before leaves what was there; a link stays one. UsageError where it cannot be written, and
    for what is no file: whoever may write in /dev would put one in the place of /dev/null.
    """
    fresh: Path | None = None
    try:
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is no plain file: it cannot be written as a whole.")
        target = Path(os.path.realpath(path))
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        fresh = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
        fresh.replace(target)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        if fresh is not None:
            fresh.unlink(missing_ok=True)
