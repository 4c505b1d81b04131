"""What an audit knows of each picture: the hash of its pixels, its perceptual hashes, its place in an embedding."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from core.data.audit_parts import Placed
from core.data.audit_result import Unreadable
from core.data.perceptual_hash import hash_thumbnails, make_thumbnail
from core.domain import LesionImage
from core.errors import DataFolderInvalid, ImageRejected
from core.imaging.decode import decode
from core.imaging.frame import FrameRule, resize_frame

_AT_ONCE = 4  # in one pass of the network; with 32 its maps are so large that half of the time goes into page faults


@dataclass(frozen=True, slots=True)
class Embedder:
    """A network for an audit: `embed` takes frames uint8 (N, H, W, 3) RGB by its rule and gives float32 (N, D), for
    several threads at a time."""

    name: str
    weights_sha256: str
    rule: FrameRule
    embed: Callable[[NDArray[np.uint8]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """The readable images in order; hashes bool (N, 8, 256); embeddings float32 (N, D) of length 1, or None."""

    placed: tuple[Placed, ...]
    pixel_sha256: tuple[str, ...]
    hashes: NDArray[np.bool_]
    embeddings: NDArray[np.float32] | None
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """What is kept of the pictures of one chunk; embeddings (N, D) or None."""

    readable: list[Placed]
    unreadable: list[Unreadable]
    pixel_sha256: list[str]
    thumbnails: list[NDArray[np.uint8]]
    embeddings: NDArray[np.float32] | None


def read_pictures(placed: Sequence[Placed], embedder: Embedder | None, n_workers: int = 1) -> Pictures:
    """Decode each picture once; no worker has more than four in memory. Broken and missing files are set aside.

    A worker takes four pictures all the way, with no part of them shared out: nobody waits for the slowest thread, as
    within a network that runs on all cores, which on a busy machine spends as much time in waiting as at work. Raises
    DataFolderInvalid where none can be read.
    """
    progress = tqdm(total=len(placed), desc="read", unit="image", leave=False)
    with ThreadPoolExecutor(n_workers, "picture") as pool, progress:
        chunks: list[_Read] = []
        parts = (placed[start : start + _AT_ONCE] for start in range(0, len(placed), _AT_ONCE))
        for chunk in pool.map(partial(_read_chunk, embedder), parts):
            chunks.append(chunk)
            progress.update(len(chunk.readable) + len(chunk.unreadable))
    unreadable = tuple(one for chunk in chunks for one in chunk.unreadable)
    if len(unreadable) == len(placed):
        raise DataFolderInvalid(f"None of the {len(placed)} images can be read; the first: {unreadable[0].reason}")
    found = [chunk.embeddings for chunk in chunks if chunk.embeddings is not None]
    return Pictures(
        placed=tuple(one for chunk in chunks for one in chunk.readable),
        pixel_sha256=tuple(sha256 for chunk in chunks for sha256 in chunk.pixel_sha256),
        hashes=hash_thumbnails(np.stack([thumbnail for chunk in chunks for thumbnail in chunk.thumbnails])),
        embeddings=np.concatenate(found) if embedder else None,
        unreadable=unreadable,
    )


def _read_chunk(embedder: Embedder | None, chunk: Iterable[Placed]) -> _Read:
    unreadable: list[Unreadable] = []
    decoded = _decode_all(chunk, unreadable)
    images = [image for _, image in decoded]
    return _Read(
        readable=[one for one, _ in decoded],
        unreadable=unreadable,
        pixel_sha256=[hash_pixels(image.pixels) for image in images],
        thumbnails=[make_thumbnail(image.pixels) for image in images],
        embeddings=_embed(embedder, images) if embedder and images else None,
    )


def hash_pixels(pixels: NDArray[np.uint8]) -> str:
    """SHA-256 of a decoded picture uint8 (H, W, 3) and its size: the same for copies in any lossless format."""
    return hashlib.sha256(repr(pixels.shape).encode() + np.ascontiguousarray(pixels).tobytes()).hexdigest()


def _decode_all(placed: Iterable[Placed], unreadable: list[Unreadable]) -> list[tuple[Placed, LesionImage]]:
    decoded = []
    for one in placed:
        try:
            decoded.append((one, decode(one.image.path.read_bytes())))
        except ImageRejected as error:
            unreadable.append(Unreadable(*one.key, str(error)))
        except FileNotFoundError:
            unreadable.append(Unreadable(*one.key, "This file does not exist."))
    return decoded


def _embed(embedder: Embedder, images: Iterable[LesionImage]) -> NDArray[np.float32]:
    """Scaled to length 1, so that a product is the cosine; an embedding of zeros stays one."""
    found = embedder.embed(np.stack([resize_frame(image, embedder.rule) for image in images])).astype(np.float32)
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.where(length > 0, length, 1), dtype=np.float32)
