"""Lets torchvision's wheel, which is linked against a CUDA build of torch, be imported with a CPU build.

Without its native library `import torchvision` (and so timm and pytorch-grad-cam) fails because the operator
`torchvision::nms` does not exist. The hook waits for the first import of torchvision, tries the native library and,
only where that cannot be loaded, declares the two schemas that the import needs. Calling nms still fails loudly;
nothing in this project does. See docs/decisions/0002-torchvision-hook.md.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_kept_alive: list[object] = []  # a torch Library that is collected takes its schemas with it


class _TorchvisionFinder(importlib.abc.MetaPathFinder):
    """Finds nothing itself: it prepares torch's operator table just before torchvision is found."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return None always; on the first `import torchvision` declare what its native library would have."""
        if fullname != "torchvision":
            return None
        sys.meta_path.remove(self)
        if not _native_library_loads():
            _declare_schemas()
        return None


def install() -> None:
    """Install the hook once; a second call, or one after torchvision was imported, changes nothing."""
    already = any(isinstance(finder, _TorchvisionFinder) for finder in sys.meta_path)
    if not already and "torchvision" not in sys.modules and not _kept_alive:
        sys.meta_path.insert(0, _TorchvisionFinder())


def _native_library_loads() -> bool:
    """Tell whether torchvision's compiled operators load beside the installed torch."""
    import torch

    spec = importlib.machinery.PathFinder.find_spec("torchvision")
    if spec is None or spec.origin is None:
        return True  # not installed: let the import itself say so
    libraries = sorted(Path(spec.origin).parent.glob("_C*.so"))
    if not libraries:
        return False
    try:
        torch.ops.load_library(str(libraries[0]))
    except (OSError, RuntimeError):  # missing CUDA libraries, or symbols of another torch
        return False
    return True


def _declare_schemas() -> None:
    import torch

    library = torch.library.Library("torchvision", "FRAGMENT")
    for schema in _SCHEMAS:
        library.define(schema)
    _kept_alive.append(library)
