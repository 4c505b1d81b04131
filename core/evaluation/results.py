"""What one evaluation found, and the two files that keep it in a folder."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import DataFolderInvalid
from core.evaluation.about_set import AboutSet
from core.evaluation.calibration_figures import CalibrationFigures
from core.evaluation.figures import Figure
from core.evaluation.json_values import from_json_value, to_json_value
from core.evaluation.metrics import RANKING_METRICS, THRESHOLD_METRICS
from core.evaluation.robustness import Robustness
from core.evaluation.seven_classes import CalledShare, ClassFigures
from core.evaluation.source import SourceFigures

METRICS_FILE = "metrics.json"


@dataclass(frozen=True, slots=True)
class ThresholdFigures:
    """Figures by name (see `THRESHOLD_METRICS`) of calling an image malignant at or above `threshold`."""

    threshold: float
    figures: Mapping[str, Figure]

    def as_json(self) -> dict[str, Any]:
        """The threshold and every figure, flat."""
        return {"threshold": self.threshold, **_json_figures(self.figures)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "ThresholdFigures":
        """What `as_json` wrote."""
        return cls(values["threshold"], _read_figures(values, THRESHOLD_METRICS))


@dataclass(frozen=True, slots=True)
class SetFigures:
    """All figures of one set of images; `ranking` holds those without a threshold (see `RANKING_METRICS`)."""

    n: int
    n_malignant: int
    at_operating_point: ThresholdFigures
    at_half: ThresholdFigures
    ranking: Mapping[str, Figure]

    def as_json(self) -> dict[str, Any]:
        """Counts, then figures, with "at_0.5" for `at_half`."""
        return {
            "n": self.n,
            "n_malignant": self.n_malignant,
            "at_operating_point": self.at_operating_point.as_json(),
            "at_0.5": self.at_half.as_json(),
            **_json_figures(self.ranking),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "SetFigures":
        """What `as_json` wrote, from a mapping that may hold more."""
        return cls(
            n=values["n"],
            n_malignant=values["n_malignant"],
            at_operating_point=ThresholdFigures.from_json(values["at_operating_point"]),
            at_half=ThresholdFigures.from_json(values["at_0.5"]),
            ranking=_read_figures(values, RANKING_METRICS),
        )


@dataclass(frozen=True, slots=True)
class BandCount:
    """How many test images fell into a band, and how many of those are malignant."""

    n: int
    n_malignant: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file that got no score, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Further:
    """What an evaluation says beyond its parts; None or empty where the set or the network does not say enough, or
    where nobody asked.

    `unseen_lesions` leaves out images of lesions that the train part shows, but keeps near-duplicates of its images;
    `averaged` is the network over a picture's flips and quarter turns, not as served; `called` is by diagnosis.
    """

    at_accuracy_threshold: ThresholdFigures | None = None
    unseen_lesions: SetFigures | None = None
    averaged: SetFigures | None = None
    calibration: CalibrationFigures | None = None
    source: SourceFigures | None = None
    robustness: Robustness | None = None
    classes: ClassFigures | None = None
    called: Mapping[str, CalledShare] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One network on one set. `same_source` and `without_repeats` are None where the set does not say enough."""

    set_name: str
    file_list_sha256: str
    weights_sha256: str
    model: Mapping[str, str]
    measured_at: str
    app_version: str
    threshold_note: str
    whole: SetFigures
    same_source: SetFigures | None
    without_repeats: SetFigures | None
    bands: Mapping[str, BandCount]
    about: AboutSet
    rejected: tuple[Rejected, ...] = ()
    further: Further = Further()

    def as_json(self) -> dict[str, Any]:
        """One readable object: the whole set's figures lie on the top level."""
        return {
            "set": self.set_name,
            "model": dict(self.model),
            "weights_sha256": self.weights_sha256,
            "file_list_sha256": self.file_list_sha256,
            "measured_at": self.measured_at,
            "app_version": self.app_version,
            "threshold_note": self.threshold_note,
            **self.whole.as_json(),
            "bands": {band: {"n": count.n, "n_malignant": count.n_malignant} for band, count in self.bands.items()},
            "same_source": self.same_source.as_json() if self.same_source else None,
            "without_repeated_lesions": self.without_repeats.as_json() if self.without_repeats else None,
            "about_the_set": self.about.as_json(),
            "rejected": [{"file": item.file, "reason": item.reason} for item in self.rejected],
            "further": to_json_value(self.further),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Evaluation":
        """What `as_json` wrote, also before there was anything "further"."""
        same_source, without_repeats = values["same_source"], values["without_repeated_lesions"]
        return cls(
            set_name=values["set"],
            file_list_sha256=values["file_list_sha256"],
            weights_sha256=values["weights_sha256"],
            model=values["model"],
            measured_at=values["measured_at"],
            app_version=values["app_version"],
            threshold_note=values["threshold_note"],
            whole=SetFigures.from_json(values),
            same_source=SetFigures.from_json(same_source) if same_source else None,
            without_repeats=SetFigures.from_json(without_repeats) if without_repeats else None,
            bands={band: BandCount(**count) for band, count in values["bands"].items()},
            about=AboutSet.from_json(values["about_the_set"]),
            rejected=tuple(Rejected(**item) for item in values["rejected"]),
            further=from_json_value(Further, values.get("further", {})),
        )


def write_evaluation(evaluation: Evaluation, folder: Path) -> Path:
    """Write `metrics.json`; a reader never meets half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / METRICS_FILE
    partial = path.with_suffix(".partial")
    text = json.dumps(evaluation.as_json(), indent=2, ensure_ascii=False, allow_nan=False)
    partial.write_text(text + "\n", encoding="utf-8")
    return partial.replace(path)


def read_evaluation(folder: Path) -> Evaluation | None:
    """The evaluation kept in a folder, or None where there is none. Raises DataFolderInvalid for a broken file."""
    path = folder / METRICS_FILE
    if not path.is_file():
        return None
    try:
        return Evaluation.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataFolderInvalid(
            f"The figures in {path} cannot be read ({error}).", "Measure the network again with `make evaluate`."
        ) from error


def _json_figures(figures: Mapping[str, Figure]) -> dict[str, dict[str, float | None]]:
    return {name: figure.as_json() for name, figure in figures.items()}


def _read_figures(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Figure]:
    return {name: Figure.from_json(values[name]) for name in names}
