"""What a model card says of a test."""

from dataclasses import replace
from typing import Any

from core.classifier.card import ModelCard
from core.evaluation.results import Evaluation, Further, SetFigures
from core.evaluation.robustness import Robustness
from core.evaluation.sets import HAM_SETS

TEST, HELD_OUT = "test", "held_out_lesions"


def with_test_figures(card: ModelCard, evaluation: Evaluation | None) -> ModelCard:
    """The card with the figures of an evaluation in its facts: `test`, or `held_out_lesions` for a part of the further
    HAM10000 images; unchanged where there is none."""
    if evaluation is None:
        return card
    key = HELD_OUT if evaluation.set_name in HAM_SETS else TEST
    return replace(card, facts=card.facts | {key: card_facts(evaluation)})


def card_facts(evaluation: Evaluation) -> dict[str, Any]:
    """The main figures with intervals, n, and what the set is: `facts["test"]` of a model card."""
    unseen, classes = evaluation.further.unseen_lesions, evaluation.further.classes
    return {
        "set": evaluation.set_name,
        "file_list_sha256": evaluation.file_list_sha256,
        "measured_at": evaluation.measured_at,
        **_main_figures(evaluation.whole),
        **({"balanced_accuracy": classes.balanced_accuracy.as_json()} if classes else {}),
        "unseen_lesions": _main_figures(unseen) if unseen else None,
        "same_source": _main_figures(evaluation.same_source) if evaluation.same_source else None,
        "without_repeats": _main_figures(evaluation.without_repeats) if evaluation.without_repeats else None,
        "further": _further(evaluation.further),
        "statement": list(evaluation.about.statement()),
    }


def _further(further: Further) -> dict[str, Any]:
    """What was measured of it, by the names that `core.classifier.card_figures` has words for."""
    return _figures(further) | ({"band_changes": _band_changes(further.robustness)} if further.robustness else {})


def _figures(further: Further) -> dict[str, Any]:
    calibration, source, accurate = further.calibration, further.source, further.at_accuracy_threshold
    shift, classes = calibration.prior_shift if calibration else None, further.classes
    found = {
        "averaged_roc_auc": further.averaged.ranking["roc_auc"] if further.averaged else None,
        "accuracy_as_chosen": accurate.figures["accuracy"] if accurate else None,
        "balanced_accuracy_at_equal_shares": classes.balanced_accuracy_at_equal_shares if classes else None,
        "ece_15": calibration.ece_15 if calibration else None,
        "ideal_ece_15": calibration.ideal_ece_15 if calibration else None,
        "corrected_ece_15": shift.ece_15 if shift else None,
        "ideal_corrected_ece_15": shift.ideal_ece_15 if shift else None,
        "source_difference": source.difference if source else None,
        "source_probe": source.probe_roc_auc if source else None,
    }
    return {name: figure.as_json() for name, figure in found.items() if figure}


def _band_changes(robustness: Robustness) -> dict[str, Any]:
    return {family: found.mean_share.as_json() for family, found in robustness.families.items()}


def _main_figures(figures: SetFigures) -> dict[str, Any]:
    at = figures.at_operating_point.figures
    return {
        "n": figures.n,
        "n_malignant": figures.n_malignant,
        "roc_auc": figures.ranking["roc_auc"].as_json(),
        "sensitivity": at["sensitivity"].as_json(),
        "specificity": at["specificity"].as_json(),
        "accuracy_at_0.5": figures.at_half.figures["accuracy"].as_json(),
    }
