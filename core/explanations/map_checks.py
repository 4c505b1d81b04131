"""A heat map checked instead of believed: steady under flips, worth something when its order is followed, and what it
goes with in the picture besides."""

from dataclasses import dataclass
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from core.domain import LesionImage, Prediction
from core.explanations.covering_curves import CoveringCurves, measure_curves
from core.explanations.ranks import rank_correlation
from core.gates.heat import signed_depth
from core.gates.outline import Outline
from core.taxonomy import HeatmapMethod

_FLIPS: Final = ((0,), (1,), (0, 1))  # axes that are turned round: top to bottom, left to right, both
_LEAST_SPREAD: Final = 1e-6  # of a map's cells, against its maximum: below it there is no order to compare


class MappedNetwork(Protocol):
    """What this needs of a `Classifier`."""

    def prepare(self, image: LesionImage) -> NDArray[np.uint8]:
        """The frame that the network sees, uint8 (height, width, 3) RGB."""
        ...

    def predict_frames(self, frames: NDArray[np.uint8]) -> list[Prediction]:
        """Assess frames uint8 (N, height, width, 3) in one pass."""
        ...

    def layer_map(self, frame: NDArray[np.uint8], method: HeatmapMethod) -> NDArray[np.float32]:
        """The map of one frame at the layer's own resolution: float32 (h, w), non-negative, not scaled."""
        ...


@dataclass(frozen=True, slots=True)
class MapChecks:
    """What was found of one heat map.

    `flip_stability` is the mean correlation (Pearson) of its cells with those of the flipped picture's map, flipped
    back; the others are rank correlations (Spearman) of its cells with what lies in them. None where the map is empty
    or flat, or, for `with_outline_distance`, no outline is sure.
    """

    method: HeatmapMethod
    flip_stability: float | None
    curves: CoveringCurves | None
    with_colour_variance: float | None
    with_texture: float | None
    with_outline_distance: float | None

    @property
    def is_empty(self) -> bool:
        """Whether there was no map to check."""
        return self.curves is None


def check_map(
    network: MappedNetwork, image: LesionImage, method: HeatmapMethod, outline: Outline, *, with_curves: bool = True
) -> MapChecks:
    """Check one method's map of one picture; its covering curves cost some twenty frames, the flips three maps.

    Without `with_curves` the curves have no step.
    """
    frame = network.prepare(image)
    heat = network.layer_map(frame, method)
    if not _has_order(heat):
        return MapChecks(method, None, None, None, None, None)
    variance, texture = local_measures(frame, heat.shape)
    distance = None if not outline.is_sure or outline.is_empty else _to_cells(np.abs(signed_depth(outline.mask)), heat)
    return MapChecks(
        method=method,
        flip_stability=_flip_stability(network, frame, method, heat),
        curves=measure_curves(network, frame, heat) if with_curves else CoveringCurves((), ()),
        with_colour_variance=rank_correlation(heat, variance),
        with_texture=rank_correlation(heat, texture),
        with_outline_distance=None if distance is None else rank_correlation(heat, distance),
    )


def local_measures(frame: NDArray[np.uint8], cells: tuple[int, ...]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Colour variance and texture of each cell (h, w) of a frame uint8 (H, W, 3) RGB.

    Colour variance is that of the pixels in the cell, summed over the channels; texture the mean absolute Laplacian of
    the grey values, in grey levels.
    """
    values = frame.astype(np.float32)
    size = (cells[1], cells[0])
    mean, square = (cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in (values, values**2))
    edges = np.abs(cv2.Laplacian(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32), cv2.CV_32F))
    variance = np.maximum(square - mean**2, 0).sum(axis=2)
    return np.asarray(variance), np.asarray(cv2.resize(edges, size, interpolation=cv2.INTER_AREA))


def _flip_stability(
    network: MappedNetwork, frame: NDArray[np.uint8], method: HeatmapMethod, heat: NDArray[np.float32]
) -> float | None:
    back = []
    for axes in _FLIPS:
        flipped = network.layer_map(np.ascontiguousarray(np.flip(frame, axes)), method)
        back.append(np.flip(flipped, axes))
    if not all(_has_order(each) for each in back):
        return None
    return float(np.mean([np.corrcoef(heat.ravel(), each.ravel())[0, 1] for each in back]))


def _has_order(heat: NDArray[np.float32]) -> bool:
    peak = float(heat.max(initial=0))
    return peak > 0 and float(heat.std()) > _LEAST_SPREAD * peak


def _to_cells(values: NDArray[np.float32], heat: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(values, (heat.shape[1], heat.shape[0]), interpolation=cv2.INTER_AREA))
