"""Gradients of depthwise convolutions are the library's, up to bfloat16's rounding."""

import pytest
import torch
from torch import Tensor

from core.training.depthwise import FastDepthwiseGradients
from core.training.memory import keep_freed_memory


def gradients(x: Tensor, weight: Tensor, stride: int, padding: int, groups: int, *, is_fast: bool) -> list[Tensor]:
    x, weight = x.clone().requires_grad_(), weight.clone().requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        if is_fast:
            with FastDepthwiseGradients():
                y = torch.nn.functional.conv2d(x, weight, stride=stride, padding=padding, groups=groups)
        else:
            y = torch.nn.functional.conv2d(x, weight, stride=stride, padding=padding, groups=groups)
    (y.float() * torch.linspace(-1, 1, y.numel()).view_as(y)).sum().backward()
    assert x.grad is not None
    assert weight.grad is not None
    return [y.detach().float(), x.grad, weight.grad]


@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "side"), [(5, 1, 2, 14), (5, 2, 0, 19), (3, 2, 0, 17), (3, 2, 1, 16), (3, 1, 1, 9)]
)
def test_gradients_agree(kernel: int, stride: int, padding: int, side: int) -> None:
    torch.manual_seed(0)
    x, weight = torch.randn(2, 8, side, side), torch.randn(8, 1, kernel, kernel)
    for fast, slow in zip(
        gradients(x, weight, stride, padding, 8, is_fast=True),
        gradients(x, weight, stride, padding, 8, is_fast=False),
        strict=True,
    ):
        assert fast.shape == slow.shape
        assert float((fast - slow).abs().max()) <= 0.03 * float(slow.abs().max())


@pytest.mark.parametrize(
    ("kernel", "stride", "groups", "is_replaced"),
    [(5, 1, 8, True), (3, 2, 8, True), (3, 1, 8, False), (5, 1, 1, False)],
)
def test_only_the_slow_depthwise_kernels_are_replaced(kernel: int, stride: int, groups: int, is_replaced: bool) -> None:
    x, weight = torch.randn(2, 8, 14, 14), torch.randn(8, 8 // groups, kernel, kernel, requires_grad=True)
    with torch.autocast("cpu", dtype=torch.bfloat16), FastDepthwiseGradients():
        y = torch.nn.functional.conv2d(x, weight, stride=stride, groups=groups)
    assert (type(y.grad_fn).__name__ == "_DepthwiseBackward") == is_replaced


def test_the_gradients_type_is_the_parameters() -> None:
    for gradient in gradients(torch.randn(1, 4, 9, 9), torch.randn(4, 1, 5, 5), 1, 2, 4, is_fast=True):
        assert gradient.dtype == torch.float32


def test_other_convolutions_are_left_alone() -> None:
    torch.manual_seed(0)
    x, weight = torch.randn(2, 8, 9, 9), torch.randn(4, 8, 5, 5)
    pairs = zip(*(gradients(x, weight, 2, 2, 1, is_fast=is_fast) for is_fast in (True, False)), strict=True)
    assert all(torch.equal(fast, slow) for fast, slow in pairs)


def test_without_autocast_nothing_is_replaced() -> None:
    x, weight = torch.randn(1, 4, 9, 9), torch.randn(4, 1, 5, 5)
    with FastDepthwiseGradients():
        assert torch.nn.functional.conv2d(x, weight, padding=2, groups=4).dtype == torch.float32


def test_keeping_memory_says_whether_it_is_possible() -> None:
    assert isinstance(keep_freed_memory(), bool)
