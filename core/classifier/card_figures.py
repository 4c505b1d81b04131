"""What a model card says of a test, in words: the figures that an evaluation put into its facts."""

from typing import Any

from core.evaluation.figures import Figure

_MAIN_FIGURES = {
    "sensitivity": "Sensitivity at the referral threshold",
    "specificity": "Specificity at the referral threshold",
    "roc_auc": "ROC-AUC",
    "accuracy_at_0.5": "Accuracy at 0.5, as published work reports it",
}
_SHARE, _NUMBER, _POINTS = "share", "number", "points"
_FURTHER = {
    "averaged_roc_auc": ("ROC-AUC averaged over flips and quarter turns (not as served)", _NUMBER),
    "accuracy_as_chosen": ("Accuracy at the threshold that validation chose for it", _SHARE),
    "balanced_accuracy": ("Balanced accuracy of the differential", _NUMBER),
    "balanced_accuracy_at_equal_shares": (
        "the same, each kind's probability divided by its share in training (not as shown)",
        _NUMBER,
    ),
    "ece_15": ("Calibration error (15 equal-mass bins)", _NUMBER),
    "ideal_ece_15": ("the same, if calibration were perfect", _NUMBER),
    "corrected_ece_15": ("Calibration error, corrected to this set's malignant share", _NUMBER),
    "ideal_corrected_ece_15": ("the same, if calibration were perfect", _NUMBER),
    "source_difference": ("Sensitivity for HAM10000 minus for other malignant images", _POINTS),
    "source_probe": ("Source told from the embedding of malignant images (ROC-AUC, 0.5 is not at all)", _NUMBER),
}
_BAND_CHANGES = "band_changes"


def parts_of_test(test: dict[str, Any], whole: str = "All test images") -> dict[str, dict[str, Any]]:
    """The parts of a test that `facts["test"]` holds, by their name for people; the whole set comes first."""
    unseen = test.get("unseen_lesions")
    parts = {
        whole: test,
        "Lesions not in the train part": unseen,
        "Same source": test.get("same_source"),
        "Not in the train part": None if unseen else test.get("without_repeats"),
    }
    return {name: part for name, part in parts.items() if part}


def figures_of_test(test: dict[str, Any]) -> dict[str, list[str]]:
    """Each main figure with its interval, one text per column of `parts_of_test`."""
    columns = parts_of_test(test).values()
    rows = {"Images (malignant)": [f"{part['n']:,} ({part['n_malignant']:,})" for part in columns]}
    for key, name in _MAIN_FIGURES.items():
        figures = [Figure.from_json(part[key]) for part in columns]
        rows[name] = [figure.as_text(3) if key == "roc_auc" else figure.as_percent(1) for figure in figures]
    return rows


def further_of_test(test: dict[str, Any]) -> dict[str, str]:
    """What else was measured of all images, each with its interval; nothing of what was not measured."""
    known = test.get("further", {}) | {key: test[key] for key in ("balanced_accuracy",) if key in test}
    rows: dict[str, str] = {}
    for key, (name, kind) in _FURTHER.items():
        if key in known:
            rows[_unused(name, rows)] = _in_words(Figure.from_json(known[key]), kind)
    for family, values in known.get(_BAND_CHANGES, {}).items():
        rows[f"Band changes, mean over {family.replace('_', ' ')}"] = Figure.from_json(values).as_percent(1)
    return rows


def _in_words(figure: Figure, kind: str) -> str:
    if kind == _POINTS:
        return f"{figure.as_points()} points"
    return figure.as_percent(1) if kind == _SHARE else figure.as_text(3)


def _unused(name: str, rows: dict[str, str]) -> str:
    return name if name not in rows else f"{name} (corrected)"
