"""Gradients of depthwise convolutions, computed in float32 where that is faster on a CPU.

Under bfloat16 autocast the library has no fast path for the weight gradient of a 5 x 5 depthwise kernel or for the
input gradient of a strided one: 76 to 161 ms for a batch of 32 in an EfficientNet-Lite0, against 16 to 53 ms in
float32 (docs/decisions/0012). Everything else stays in bfloat16.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.overrides import TorchFunctionMode

Sides = int | Sequence[int]


class FastDepthwiseGradients(TorchFunctionMode):
    """A context in which `conv2d` takes the faster gradient for depthwise kernels; results differ by rounding only."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401  (torch's own signature)
        """Replace the one case in question and pass everything else on."""
        if func is torch.conv2d and torch.is_autocast_enabled("cpu"):
            depthwise = _as_depthwise(*args, **(kwargs or {}))
            if depthwise is not None:
                return _Depthwise.apply(*depthwise)  # type: ignore[no-untyped-call]
        return func(*args, **(kwargs or {}))


def _as_depthwise(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sides = 1,
    padding: Sides = 0,
    dilation: Sides = 1,
    groups: int = 1,
) -> tuple[Tensor, Tensor, list[int], list[int]] | None:
    """Arguments of `_Depthwise` for a call that profits, else None."""
    is_depthwise = groups == x.shape[1] == weight.shape[0] and bias is None and _pair(dilation) == [1, 1]
    is_slow = weight.shape[-1] >= 5 or _pair(stride) != [1, 1]
    return (x, weight, _pair(stride), _pair(padding)) if is_depthwise and is_slow else None


def _pair(value: Sides) -> list[int]:
    return [value, value] if isinstance(value, int) else list(value)


class _Depthwise(torch.autograd.Function):
    """A depthwise convolution in bfloat16 with a backward pass that picks the faster type for each gradient."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401
        x: Tensor,
        weight: Tensor,
        stride: list[int],
        padding: list[int],
    ) -> Tensor:
        x = x.to(torch.bfloat16, memory_format=torch.channels_last)
        half = weight.bfloat16()
        ctx.save_for_backward(x, half)
        ctx.stride, ctx.padding = stride, padding
        with torch.autocast("cpu", enabled=False):
            return torch.conv2d(x, half, None, stride, padding, 1, weight.shape[0])

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any,  # noqa: ANN401
        gradient: Tensor,
    ) -> tuple[Tensor, Tensor, None, None]:
        x, weight = ctx.saved_tensors
        gradient = gradient.to(torch.bfloat16, memory_format=torch.channels_last)
        with torch.autocast("cpu", enabled=False):
            of_x = _input_gradient(gradient, x, weight, ctx.stride, ctx.padding)
            of_weight = _weight_gradient(gradient, x, weight, ctx.stride, ctx.padding)
        return of_x, of_weight, None, None


def _input_gradient(gradient: Tensor, x: Tensor, weight: Tensor, stride: list[int], padding: list[int]) -> Tensor:
    """Spread the gradient with zeros between, then one dense convolution with the turned kernel."""
    n, channels, height, width = x.shape
    (rows, columns), size = gradient.shape[2:], weight.shape[-1]
    spread = x.new_zeros((n, channels, height + size - 1, width + size - 1)).to(memory_format=torch.channels_last)
    top, left = size - 1 - padding[0], size - 1 - padding[1]
    spread[:, :, top : top + rows * stride[0] : stride[0], left : left + columns * stride[1] : stride[1]] = gradient
    return torch.conv2d(spread, weight.flip(2, 3), groups=channels)


def _weight_gradient(gradient: Tensor, x: Tensor, weight: Tensor, stride: list[int], padding: list[int]) -> Tensor:
    if weight.shape[-1] >= 5:
        gradient, x, weight = gradient.float(), x.float(), weight.float()
    _, of_weight, _ = torch.ops.aten.convolution_backward(
        gradient, x, weight, None, stride, padding, [1, 1], False, [0, 0], len(weight), [False, True, False]
    )
    return cast(Tensor, of_weight).float()
