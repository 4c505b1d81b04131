"""What a model card says of heat maps: the figures that `python -m core.evaluation maps` put into its facts."""

from typing import Any

from core.evaluation.figures import Figure

_METHOD_NAMES = {
    "grad_cam": "Grad-CAM",
    "grad_cam_plus_plus": "Grad-CAM++",
    "eigen_cam": "Eigen-CAM",
    "layer_cam": "Layer-CAM",
}
_CORRELATIONS = {
    "flip_stability": "Stable under flips",
    "with_colour_variance": "With colour variance",
    "with_texture": "With texture",
    "with_outline_distance": "With distance from the outline",
}
MAP_COLUMNS = ("Deletion", "Insertion", "Gain", *_CORRELATIONS.values())


def render_maps(maps: dict[str, Any] | None) -> list[str]:
    """The card's section on heat maps as lines of Markdown; none where nothing was measured."""
    if not maps:
        return []
    return [
        "## Heat maps",
        "",
        f"| | {' | '.join(MAP_COLUMNS)} |",
        "|---|" + "---:|" * len(MAP_COLUMNS),
        *(f"| {name} | {' | '.join(values)} |" for name, values in map_rows(maps).items()),
        "",
        *(f"- {sentence}" for sentence in map_sentences(maps)),
        "",
    ]


def map_rows(maps: dict[str, Any]) -> dict[str, list[str]]:
    """One row of texts, in the order of MAP_COLUMNS, for each method and each control of `facts["maps"]`."""
    methods = {_name(name, found, maps["chosen"]): _of_method(found) for name, found in maps["methods"].items()}
    controls = {
        f"Order {name} (control)": [*_of_curves(found), *("" for _ in _CORRELATIONS)]
        for name, found in maps.get("controls", {}).items()
    }
    return methods | controls


def map_sentences(maps: dict[str, Any]) -> tuple[str, ...]:
    """What the figures are of, and what they mean."""
    chosen = _METHOD_NAMES.get(maps["chosen"], maps["chosen"])
    return (
        f"{_pictures(maps)}, measured {maps['measured_at'][:10]}, means with 95% intervals. "
        "Deletion and insertion: areas under the malignant score of images called malignant while the hottest tenths "
        "are blurred, or shown, one after the other (Petsiuk 2018); gain is insertion less deletion.",
        "The others are correlations of the map's cells, as found: a map that goes with colour variance or texture may "
        "show these rather than the disease.",
        f"Default: {chosen}, chosen on {maps['n_choosing']} validation images. Eigen-CAM explains no class and is "
        "never the default.",
        *_randomised(maps.get("randomised", {})),
    )


def _pictures(maps: dict[str, Any]) -> str:
    """Which pictures the figures are of, and how they were drawn where they are not all of a set."""
    n, n_in_set = maps["n"], maps.get("n_in_set") or maps["n"]
    drawn = f" (drawn with seed {maps['seed']})" if n < n_in_set else ""
    return f"{n:,} of the {n_in_set:,} images of {maps['set']}{drawn}"


def _of_method(found: dict[str, Any]) -> list[str]:
    correlations = [Figure.from_json(found[key]).as_text(2) if key in found else "–" for key in _CORRELATIONS]
    return [*_of_curves(found.get("curves")), *correlations]


def _of_curves(curves: dict[str, Any] | None) -> list[str]:
    if curves is None:
        return ["–", "–", "–"]
    return [Figure.from_json(curves[key]).as_text(2) for key in ("deletion", "insertion", "gain")]


def _name(name: str, found: dict[str, Any], chosen: str) -> str:
    said = _METHOD_NAMES.get(name, name)
    note = "default" if name == chosen else "" if found["is_class_specific"] else "explains no class"
    return f"{said} ({note})" if note else said


def _randomised(found: dict[str, float]) -> tuple[str, ...]:
    if not found:
        return ()
    first, last = next(iter(found)), list(found)[-1]
    return (
        f"Sanity check: with random weights in {first} the map's rank correlation with the true one falls to "
        f"{found[first]:.2f}, with all parts random to {found[last]:.2f} (Adebayo 2018).",
    )
