"""What an evaluation says beyond its parts, where the set and the network say enough."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.classifier.card import ModelCard
from core.classifier.card_figures import further_of_test
from core.classifier.card_text import render_card
from core.evaluation.calibration import calibrate
from core.evaluation.card_facts import with_test_figures
from core.evaluation.evaluate import evaluate
from core.evaluation.report import render_evaluation
from core.evaluation.results import Evaluation, Further, read_evaluation, write_evaluation
from core.evaluation.scorer import Scorer
from core.evaluation.sets import open_set
from core.taxonomy import Diagnosis
from tests.core.evaluation.conftest import RedScorer, make_card, see_seven


def measure(scorer: Scorer, data: Path, name: str | None = None, *, with_robustness: bool = False) -> Evaluation:
    labelled = open_set(data, name)
    return evaluate(scorer=scorer, labelled=labelled, n_draws=20, with_robustness=with_robustness)[0]


def with_facts(*, accuracy_threshold: float, malignant_share: float) -> ModelCard:
    validation = {"accuracy_threshold": accuracy_threshold}
    return replace(make_card(), facts={"validation": validation, "malignant_share": malignant_share})


def test_a_practices_own_folder_gets_calibration_and_nothing_of_sources(folder: Path) -> None:
    further = measure(RedScorer(make_card()), folder).further
    assert further.calibration is not None
    assert further.calibration.prior_shift is None
    assert replace(further, calibration=None) == Further()


def test_what_validation_chose_is_used(folder: Path) -> None:
    further = measure(RedScorer(with_facts(accuracy_threshold=0.999, malignant_share=0.3)), folder).further
    assert further.at_accuracy_threshold is not None
    assert further.at_accuracy_threshold.threshold == 0.999
    assert further.at_accuracy_threshold.figures["accuracy"].value == 0.5
    assert further.calibration is not None and further.calibration.prior_shift is not None
    shift = further.calibration.prior_shift
    assert (shift.assumed_share, shift.set_share) == (0.3, 0.5)


def test_seen_lesions_are_left_out_but_not_near_duplicates(kaggle: Path) -> None:
    evaluation = measure(RedScorer(make_card()), kaggle)
    assert evaluation.without_repeats is not None and evaluation.further.unseen_lesions is not None
    assert (evaluation.without_repeats.n, evaluation.further.unseen_lesions.n) == (9, 10)


def test_the_source_is_measured_on_malignant_images(kaggle: Path) -> None:
    source = measure(see_seven(make_card()), kaggle).further.source
    assert source is not None
    assert (source.n_ham, source.n_other) == (2, 4)
    assert source.difference.value == 0
    assert source.probe_roc_auc is None  # one lesion is too few


def test_robustness_is_measured_where_it_is_asked_for(folder: Path) -> None:
    scorer = RedScorer(make_card())
    evaluation = measure(scorer, folder, with_robustness=True)
    robustness, averaged = evaluation.further.robustness, evaluation.further.averaged
    assert robustness is not None and averaged is not None
    assert robustness.families["flips_and_quarter_turns"].any_share.value == 0  # its score is a mean colour
    assert averaged.ranking["roc_auc"].value == evaluation.whole.ranking["roc_auc"].value
    assert averaged.ranking["brier"].value == pytest.approx(evaluation.whole.ranking["brier"].value)
    assert measure(scorer, folder).further.robustness is None


@pytest.mark.parametrize(("part", "n"), [("train", 98), ("validation", 21), ("test", 21)])
def test_seven_classes_are_measured_on_every_part_of_the_further_images(ham: Path, part: str, n: int) -> None:
    evaluation = measure(see_seven(make_card()), ham, f"ham10000-extra-{part}")
    classes = evaluation.further.classes
    assert classes is not None
    assert (evaluation.whole.n, classes.n, len(classes.classes)) == (n, n, 7)
    assert classes.balanced_accuracy.value == 1
    assert all(classes.confusion[i][i] == n / 7 for i in range(7))
    assert evaluation.about.statement() == ()
    assert evaluation.same_source is None


def test_keratoses_called_malignant_are_counted_without_a_differential(ham: Path) -> None:
    card = replace(make_card(), refer_threshold=0.1, no_concern_threshold=0.0)
    further = measure(RedScorer(card), ham, "ham10000-extra-validation").further
    keratoses = further.called[Diagnosis.PIGMENTED_BENIGN_KERATOSIS]
    assert calibrate(RedScorer(card).logits(_red(90)), card.temperature)[0] > 0.1
    assert (keratoses.n, keratoses.at_half.value, keratoses.at_operating_point.value) == (3, 0, 1)
    assert further.called[Diagnosis.MELANOMA].at_half.value == 1
    assert further.classes is None


def test_a_set_that_lacks_a_class_has_no_balanced_accuracy(kaggle: Path) -> None:
    assert measure(see_seven(make_card()), kaggle).further.classes is None


def test_shares_of_training_give_a_figure_at_equal_shares(ham: Path) -> None:
    scorer = see_seven(replace(make_card(), facts={"differential_shares": [0.4, *[0.1] * 6]}))
    evaluation = measure(scorer, ham, "ham10000-extra-test")
    assert evaluation.further.classes is not None
    assert evaluation.further.classes.balanced_accuracy_at_equal_shares is not None
    assert "at equal shares" in render_evaluation(evaluation)
    kept = with_test_figures(scorer.card, evaluation).facts["held_out_lesions"]
    assert kept["further"]["balanced_accuracy_at_equal_shares"]["value"] == 1
    assert any("share in training" in name for name in further_of_test(kept))


@pytest.mark.parametrize("shares", [[], [0.0, 0.4, *[0.12] * 5]], ids=["none", "a kind that did not occur"])
def test_shares_that_say_too_little_give_no_figure(ham: Path, shares: list[float]) -> None:
    scorer = see_seven(replace(make_card(), facts={"differential_shares": shares}))
    evaluation = measure(scorer, ham, "ham10000-extra-test")
    assert evaluation.further.classes is not None
    assert evaluation.further.classes.balanced_accuracy_at_equal_shares is None


def test_the_card_keeps_the_test_and_the_held_out_lesions_apart(ham: Path, folder: Path) -> None:
    scorer = see_seven(make_card())
    card = with_test_figures(scorer.card, measure(scorer, ham, "ham10000-extra-test"))
    card = with_test_figures(card, measure(scorer, folder))
    assert card.facts["held_out_lesions"]["balanced_accuracy"]["value"] == 1
    assert "balanced_accuracy" not in card.facts["test"]
    test, held_out = render_card(card).split("## Held-out lesions")
    assert "| | All test images |" in test and "| More of all test images | |" in test
    assert "| | All images of held-out lesions |" in held_out and "| More of all images of held-out" in held_out
    assert "test images" not in held_out.split("\n## ")[0].replace("ham10000-extra-test", "")


def test_everything_survives_the_file_and_older_files_still_load(ham: Path, tmp_path: Path) -> None:
    evaluation = measure(
        see_seven(with_facts(accuracy_threshold=0.4, malignant_share=0.45)), ham, "ham10000-extra-test"
    )
    path = write_evaluation(evaluation, tmp_path / "out")
    assert read_evaluation(tmp_path / "out") == evaluation
    values = json.loads(path.read_text())
    assert values["further"]["classes"]["balanced_accuracy"]["value"] == 1
    del values["further"]
    path.write_text(json.dumps(values))
    older = read_evaluation(tmp_path / "out")
    assert older == replace(evaluation, further=Further())


def test_the_text_says_all_of_it(ham: Path, kaggle: Path) -> None:
    scorer = see_seven(with_facts(accuracy_threshold=0.4, malignant_share=0.45))
    text = render_evaluation(measure(scorer, ham, "ham10000-extra-test", with_robustness=True))
    for words in (
        "at the threshold that validation chose for accuracy, 0.4000",
        "malignant share 0.450 -> 0.429",
        "flips_and_quarter_turns: mean",
        "balanced accuracy of 7 classes  1.000",
        "pigmented benign keratosis   n    3  at 0.5: 0.0% (0.0–56.1%)",
        "averaged over flips and quarter turns: 21 images",
    ):
        assert words in text
    text = render_evaluation(measure(scorer, kaggle))
    assert "source, malignant images alone: 2 of HAM10000, 4 others" in text
    assert "probe ROC-AUC    not measured" in text
    assert "without lesions of the train part: 10 images" in text


def _red(value: int) -> NDArray[np.uint8]:
    return np.full((1, 4, 4, 3), value, dtype=np.uint8)
