"""Labelled images as the frames that a network sees, decoded once and kept on disk."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from core.data.labelled import LabelledImage
from core.imaging.decode import decode
from core.imaging.frame import FrameRule, resize_frame

_DECODER = 2  # 1 took every picture for sRGB, whatever its profile said


def load_frame(image: LabelledImage, rule: FrameRule) -> NDArray[np.uint8]:
    """Read one labelled image through the same decoding and resizing as an upload: uint8 (height, width, 3) RGB."""
    return resize_frame(decode(image.path.read_bytes()), rule)


def load_frames(images: Sequence[LabelledImage], rule: FrameRule, cache: Path | None = None) -> NDArray[np.uint8]:
    """All frames, uint8 (N, height, width, 3) RGB; kept under `cache` so that a second run need not decode them."""
    path = cache / f"{_fingerprint(images, rule)}.npy" if cache else None
    if path and path.is_file():
        return np.asarray(np.load(path, mmap_mode="r"), dtype=np.uint8)
    frames = np.stack([load_frame(image, rule) for image in tqdm(images, desc="decode", unit="image", leave=False)])
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npy")
        np.save(partial, frames)
        partial.replace(path)
    return frames


def _fingerprint(images: Sequence[LabelledImage], rule: FrameRule) -> str:
    """Changes with any file's name, size or time, with the rule, and with the way pictures are decoded."""
    digest = hashlib.sha256(repr((_DECODER, rule.height_px, rule.width_px, rule.resample)).encode())
    for image in images:
        stat = image.path.stat()
        digest.update(f"{image.path}|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:32]
