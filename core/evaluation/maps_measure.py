"""Heat maps over many pictures: every method's figures, two controls, and the method that is the default."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from core.classifier.card import ModelCard
from core.domain import LesionImage
from core.evaluation.figures import Figure
from core.evaluation.maps_report import CurveFigures, MethodFigures
from core.explanations.covering_curves import CoveringCurves, measure_curves
from core.explanations.map_checks import MapChecks, MappedNetwork, check_map
from core.gates.outline import outline_lesion
from core.taxonomy import HeatmapMethod

CENTRE, RANDOM = "nearest to the middle", "at random"
CLASS_SPECIFIC: Final = frozenset(HeatmapMethod) - {HeatmapMethod.EIGEN_CAM}
"""Eigen-CAM shows the strongest pattern of the features, whichever class is asked for."""
_N_DRAWS, _SEED = 1000, 0


class _Network(MappedNetwork, Protocol):
    card: ModelCard


@dataclass(slots=True, eq=False)
class MapsOfSet:
    """What was found of each picture of a set (N), by method; the curves of the controls by their name."""

    n: int = 0
    checks: dict[HeatmapMethod, list[MapChecks]] = field(default_factory=dict)
    controls: dict[str, list[CoveringCurves]] = field(default_factory=lambda: {CENTRE: [], RANDOM: []})


def check_all_maps(network: _Network, images: Iterable[LesionImage], methods: Sequence[HeatmapMethod]) -> MapsOfSet:
    """Check every method's map of every picture; curves only of those at or above the referral threshold, since the
    maps explain the malignant score."""
    found = MapsOfSet(checks={method: [] for method in methods})
    for image in tqdm(images, desc="maps", unit="image", leave=False):
        found.n += 1
        frame, outline = network.prepare(image), outline_lesion(image.pixels)
        [prediction] = network.predict_frames(frame[None])
        is_called = prediction.malignant_probability >= network.card.refer_threshold
        for method in methods:
            found.checks[method].append(check_map(network, image, method, outline, with_curves=is_called))
        if is_called:
            for name, order in (CENTRE, _towards_middle()), (RANDOM, _at_random(found.n)):
                found.controls[name].append(measure_curves(network, frame, order))
    return found


def summarise(found: MapsOfSet) -> dict[str, MethodFigures]:
    """Each method's figures, by its name."""
    return {str(method): _summarise(method, checks) for method, checks in found.checks.items()}


def summarise_controls(found: MapsOfSet) -> dict[str, CurveFigures]:
    """The controls' figures, where any picture was called malignant."""
    return {name: _curves(curves) for name, curves in found.controls.items() if curves}


def choose_default(found: MapsOfSet) -> HeatmapMethod:
    """Grad-CAM, which needs no gradient, unless another class-specific method gains more from its order than Grad-CAM
    on the same pictures by a difference whose 95% interval lies above 0; then the one that gains most."""
    best, best_gain = HeatmapMethod.GRAD_CAM, 0.0
    base = found.checks[HeatmapMethod.GRAD_CAM]
    for method, checks in found.checks.items():
        if method is HeatmapMethod.GRAD_CAM or method not in CLASS_SPECIFIC:
            continue
        pairs = [(_gain(own), _gain(other)) for own, other in zip(checks, base, strict=True)]
        more = np.array([own - other for own, other in pairs if own is not None and other is not None])
        figure = _mean(more) if len(more) else None
        if figure is not None and figure.low > 0 and figure.value > best_gain:
            best, best_gain = method, figure.value
    return best


def _summarise(method: HeatmapMethod, checks: Sequence[MapChecks]) -> MethodFigures:
    mapped = [check for check in checks if not check.is_empty]
    names = ("flip_stability", "with_colour_variance", "with_texture", "with_outline_distance")
    values: Mapping[str, list[float]] = {
        name: [value for check in mapped if (value := getattr(check, name)) is not None] for name in names
    }
    curves = [check.curves for check in mapped if check.curves is not None and check.curves.deletion]
    return MethodFigures(
        n_mapped=len(mapped),
        is_class_specific=method in CLASS_SPECIFIC,
        curves=_curves(curves) if curves else None,
        **{name: _mean(np.array(known)) if known else None for name, known in values.items()},
    )


def _curves(curves: Sequence[CoveringCurves]) -> CurveFigures:
    deletion, insertion = (np.array([getattr(c, f"{kind}_area") for c in curves]) for kind in ("deletion", "insertion"))
    return CurveFigures(len(curves), _mean(deletion), _mean(insertion), _mean(insertion - deletion))


def _gain(check: MapChecks) -> float | None:
    curves = check.curves
    return curves.insertion_area - curves.deletion_area if curves is not None and curves.deletion else None


def _mean(values: NDArray[np.float64]) -> Figure:
    """The mean with its percentile bootstrap interval over pictures."""
    picked = np.random.default_rng(_SEED).integers(len(values), size=(_N_DRAWS, len(values)))
    return Figure.from_draws(float(values.mean()), values[picked].mean(axis=1))


def _at_random(n: int) -> NDArray[np.float32]:
    """An order that hangs on the picture's number alone."""
    return np.random.default_rng((_SEED, n)).random((7, 7), dtype=np.float32)


def _towards_middle() -> NDArray[np.float32]:
    y, x = np.mgrid[-3:4, -3:4]
    return np.asarray(4.3 - np.hypot(x, y), dtype=np.float32)
