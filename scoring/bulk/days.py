"""The local day of many moments, as an installation's zone has it."""

from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np
from numpy.typing import NDArray

_DAY_US = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def local_days(moments_us: NDArray[np.int64], zone: tzinfo) -> NDArray[np.int64]:
    """Days since 1970 by the zone's own calendar. A UTC day that begins and ends at one offset has that offset; in the
    few others every moment is asked for by itself."""
    days, places = np.unique(moments_us // _DAY_US, return_inverse=True)
    begins = np.array([_offset_us(int(day) * _DAY_US, zone) for day in days], dtype=np.int64)
    ends = np.array([_offset_us((int(day) + 1) * _DAY_US - 1, zone) for day in days], dtype=np.int64)
    offsets = begins[places]
    for row in np.flatnonzero((begins != ends)[places]):
        offsets[row] = _offset_us(int(moments_us[row]), zone)
    found: NDArray[np.int64] = (moments_us + offsets) // _DAY_US
    return found


def _offset_us(moment_us: int, zone: tzinfo) -> int:
    offset = (_EPOCH + timedelta(microseconds=moment_us)).astimezone(zone).utcoffset()
    return 0 if offset is None else offset // _MICROSECOND
