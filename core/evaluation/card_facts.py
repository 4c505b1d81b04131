"""What a model card says of a test."""

from dataclasses import replace
from typing import Any

from core.classifier.card import ModelCard
from core.evaluation.results import Evaluation, SetFigures
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
    classes = evaluation.further.classes
    return {
        "set": evaluation.set_name,
        "file_list_sha256": evaluation.file_list_sha256,
        "measured_at": evaluation.measured_at,
        **_main_figures(evaluation.whole),
        **({"balanced_accuracy": classes.balanced_accuracy.as_json()} if classes else {}),
        "same_source": _main_figures(evaluation.same_source) if evaluation.same_source else None,
        "without_repeats": _main_figures(evaluation.without_repeats) if evaluation.without_repeats else None,
        "statement": list(evaluation.about.statement()),
    }


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
