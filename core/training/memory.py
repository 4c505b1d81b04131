"""Keeping freed memory: large tensors are made and dropped at each step, and asking the system each time is slow."""

import ctypes

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # options of mallopt, from malloc.h
_NEVER = 2**31 - 1


def keep_freed_memory() -> bool:
    """Have the C library reuse freed memory instead of giving it back; False where it is not glibc's.

    A training step of an EfficientNet-Lite0 then took 0.55 to 0.75 of the time (docs/decisions/0012).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_MMAP_MAX, 0) and mallopt(_TRIM_THRESHOLD, _NEVER))
