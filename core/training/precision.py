"""Which arithmetic a training runs in: bfloat16 where the device is fast at it, float32 elsewhere."""

from contextlib import AbstractContextManager, nullcontext
from functools import cache

import torch

_FAST_BFLOAT16 = ("amx_bf16", "avx512_bf16")


def mixed_precision(device: torch.device) -> AbstractContextManager[object]:
    """A context in which a forward pass takes bfloat16, save on a CPU that would emulate it many times slower."""
    if device.type == "cpu" and not _is_bfloat16_fast():
        return nullcontext()
    return torch.autocast(device.type, dtype=torch.bfloat16)


@cache
def _is_bfloat16_fast() -> bool:
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in _FAST_BFLOAT16)
