"""bfloat16 is taken only where it is fast."""

import pytest
import torch

from core.training import precision


@pytest.mark.parametrize(
    ("capabilities", "expected"), [({"avx2": True}, torch.float32), ({"amx_bf16": True}, torch.bfloat16)]
)
def test_a_cpu_takes_bfloat16_only_where_it_need_not_emulate_it(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], expected: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    precision._is_bfloat16_fast.cache_clear()
    with precision.mixed_precision(torch.device("cpu")):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == expected
    precision._is_bfloat16_fast.cache_clear()
