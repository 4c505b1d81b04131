"""Operating points side by side: the one in force, those that validation chose, and what others would have given."""

from dataclasses import dataclass
from enum import StrEnum

from core.classifier.card import ModelCard
from core.evaluation.exploration import Exploration, ExploredThreshold, explore_at
from core.evaluation.further import accuracy_threshold
from core.evaluation.operating_points import threshold_for_sensitivity

_WANTED = (0.90, 0.95, 0.98)


class ChosenBy(StrEnum):
    """Who chose a threshold; one that the test images chose flatters the network on them."""

    VALIDATION = "validation"
    CONVENTION = "convention"
    PRACTICE = "this practice"
    TEST = "exploratory"


@dataclass(frozen=True, slots=True)
class ComparedPoint:
    """One operating point; `is_in_force` marks the one that cases are scored with."""

    name: str
    chosen_by: ChosenBy
    is_in_force: bool
    at: ExploredThreshold


def compare_points(
    images: Exploration, card: ModelCard, prevalence: float, own_threshold: float | None = None
) -> tuple[ComparedPoint, ...]:
    """The points worth a row, at a prevalence; `own_threshold` is what the practice put in force, where it did."""
    rows: list[tuple[str, ChosenBy, float]] = [("Refer", ChosenBy.VALIDATION, card.refer_threshold)]
    if own_threshold is not None:
        rows.insert(0, ("Refer, as this practice set it", ChosenBy.PRACTICE, own_threshold))
    if not card.is_indeterminate_empty:
        rows.append(("Not “No AI concern”", ChosenBy.VALIDATION, card.no_concern_threshold))
    best = accuracy_threshold(card)
    rows += [("Best accuracy on validation", ChosenBy.VALIDATION, best)] if best is not None else []
    rows.append(("Half", ChosenBy.CONVENTION, 0.5))
    rows += [
        (
            f"{wanted:.0%} sensitivity on these images",
            ChosenBy.TEST,
            threshold_for_sensitivity(images.probability, images.is_malignant, wanted),
        )
        for wanted in _WANTED
    ]
    in_force = card.refer_threshold if own_threshold is None else own_threshold
    return tuple(
        ComparedPoint(name, by, value == in_force and name.startswith("Refer"), explore_at(images, value, prevalence))
        for name, by, value in rows
    )
