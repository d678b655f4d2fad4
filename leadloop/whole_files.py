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

    Whatever breaks it off before leaves what was there. UsageError where it cannot be written.
    """
    fresh: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        fresh = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
        fresh.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        if fresh is not None:
            fresh.unlink(missing_ok=True)
