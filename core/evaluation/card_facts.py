"""What a model card says of a test."""

from dataclasses import replace
from typing import Any

from core.classifier.card import ModelCard
from core.evaluation.results import Evaluation, SetFigures


def with_test_figures(card: ModelCard, evaluation: Evaluation | None) -> ModelCard:
    """The card with the figures of an evaluation in `facts["test"]`; unchanged where there is none."""
    return replace(card, facts=card.facts | {"test": card_facts(evaluation)}) if evaluation else card


def card_facts(evaluation: Evaluation) -> dict[str, Any]:
    """The main figures with intervals, n, and what the set is: `facts["test"]` of a model card."""
    return {
        "set": evaluation.set_name,
        "file_list_sha256": evaluation.file_list_sha256,
        "measured_at": evaluation.measured_at,
        **_main_figures(evaluation.whole),
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
