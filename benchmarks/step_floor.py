"""Where the CPU time of a training step goes, operation by operation, beside the least each could take."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry


@dataclass
class Spent:
    """CPU seconds, model FLOPs and bytes read and written of one kind of operation; and its floor in seconds."""

    calls: int = 0
    seconds: float = 0.0
    flops: int = 0
    bytes: int = 0
    floor: float = 0.0


class OperationMeter(TorchDispatchMode):
    """Measures every operation of forward and backward in CPU time; torch.profiler knows the clock on the wall only.

    The floor of an operation is the larger of its FLOPs at the rate of matrix products and its bytes, each operand read
    or written once, at the rate of memory. Nothing is fused: a compiler may go below.
    """

    def __init__(self, flops_a_second: float, bytes_a_second: float) -> None:
        super().__init__()
        self.rates = flops_a_second, bytes_a_second
        self.spent: dict[str, Spent] = defaultdict(Spent)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Runs the operation and adds it up."""
        kwargs = kwargs or {}
        since = time.process_time()
        result = func(*args, **kwargs)
        seconds = time.process_time() - since
        if func.is_view:
            return result
        row = self.spent[kind_of(func, args)]
        flops = flops_of(func, args, kwargs, result)
        moved = sum(
            {
                id(one): storage_bytes(one) for one in tree_leaves((args, kwargs, result)) if isinstance(one, Tensor)
            }.values()
        )
        row.calls, row.seconds, row.flops, row.bytes = (
            row.calls + 1,
            row.seconds + seconds,
            row.flops + flops,
            row.bytes + moved,
        )
        row.floor += max(flops / self.rates[0], moved / self.rates[1])
        return result


def flops_of(func: Any, args: Any, kwargs: Any, result: Any) -> int:
    """FLOPs of products, convolutions and attention, two for a multiplication and its addition; 0 for all else.

    Counted here are convolutions by groups, whose kernel gradient torch's counter takes for a dense one, and the CPU's
    attention, which it leaves out; the backward pass of attention has five products to the forward's two.
    """
    name = func._overloadpacket.__name__
    if name == "convolution":
        return 2 * result.numel() * args[1][0].numel()
    if name == "convolution_backward":
        return 2 * args[0].numel() * args[2][0].numel() * sum(args[10][:2])
    if name == "_scaled_dot_product_flash_attention_for_cpu":
        return 4 * args[0].numel() * args[1].shape[-2]
    if name == "_scaled_dot_product_flash_attention_for_cpu_backward":
        return 10 * args[1].numel() * args[2].shape[-2]
    counter = flop_registry.get(func._overloadpacket)
    return int(counter(*args, **kwargs, out_val=result)) if counter else 0


def kind_of(func: Any, args: Any) -> str:
    """The name of the operation; convolutions by depthwise or not, and by kernel and stride."""
    name = func._overloadpacket.__name__
    if name not in ("convolution", "convolution_backward"):
        return str(name)
    weight, stride = (args[1], args[3]) if name == "convolution" else (args[2], args[4])
    groups = args[8] if name == "convolution" else args[9]
    size = f"{weight.shape[-2]}x{weight.shape[-1]} stride {stride[-1]}"
    return f"{name}, {'depthwise ' if groups > 1 else ''}{size}"


def storage_bytes(tensor: Tensor) -> int:
    """Bytes of what the tensor shows."""
    return tensor.numel() * tensor.element_size()


def matrix_rate(size: int = 1024, num_repeats: int = 8) -> float:
    """FLOPs a CPU second of a product of float32 matrices, the best of some."""
    one, other = torch.randn(size, size), torch.randn(size, size)
    return 2 * size**3 / fastest(lambda: torch.mm(one, other, out=torch.empty(size, size)), num_repeats)


def memory_rate(num_bytes: int = 1 << 28, num_repeats: int = 5) -> float:
    """Bytes a CPU second, read and written, of a copy far larger than the caches, the best of some."""
    one, other = torch.ones(num_bytes // 4), torch.zeros(num_bytes // 4)
    return 2 * num_bytes / fastest(lambda: other.copy_(one), num_repeats)


def fastest(action: Any, num_repeats: int) -> float:
    """CPU seconds of the fastest of some."""
    seconds = []
    for _ in range(num_repeats):
        since = time.process_time()
        action()
        seconds.append(time.process_time() - since)
    return min(seconds)
