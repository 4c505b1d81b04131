"""What an audit counts in the labels and in what is known of each image, without a look at a pixel."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from core.data.audit_parts import Part
from core.data.audit_result import Balance, Clinical, SourceFinding, Tally
from core.data.labelled import LabelledImage, count_malignant, hash_of_list

_AGE_COLUMNS = ("age_approx", "age")  # ISIC's name, and a plainer one


def tally(images: Sequence[LabelledImage]) -> Tally:
    """How many images, and how many of them malignant."""
    return Tally(len(images), count_malignant(images))


def count_balance(part: Part) -> Balance:
    """Classes, lesions and diagnoses of one part, the commonest diagnosis first."""
    lesions = [image.lesion for image in part.images if image.lesion is not None]
    names = {image.diagnosis for image in part.images if image.diagnosis}
    diagnoses = {name: tally([image for image in part.images if image.diagnosis == name]) for name in sorted(names)}
    return Balance(
        part=part.name,
        images=tally(part.images),
        n_lesion_known=len(lesions),
        n_lesions=len(set(lesions)),
        by_diagnosis=dict(sorted(diagnoses.items(), key=lambda item: -item[1].n)),
        file_list_sha256=hash_of_list(part.images),
    )


def measure_source(scope: str, images: Sequence[LabelledImage]) -> SourceFinding | None:
    """Call every image malignant that is not from HAM10000; None where only one source or one class is known.

    Of one bit the ROC-AUC is (sensitivity + specificity) / 2, ties counting half.
    """
    ham = tally([image for image in images if image.is_ham10000 is True])
    other = tally([image for image in images if image.is_ham10000 is False])
    n, n_malignant = ham.n + other.n, ham.n_malignant + other.n_malignant
    if not ham.n or not other.n or not 0 < n_malignant < n:
        return None
    return SourceFinding(
        scope=scope,
        ham10000=ham,
        other=other,
        n_unknown=len(images) - n,
        accuracy=(ham.n_benign + other.n_malignant) / n,
        roc_auc=(other.n_malignant / n_malignant + ham.n_benign / (n - n_malignant)) / 2,
        commonest_share=max(n_malignant, n - n_malignant) / n,
    )


def count_clinical(scope: str, images: Sequence[LabelledImage]) -> list[Clinical]:
    """Age and sex of the benign and of the malignant images; a class without images is left out."""
    classes = [[image for image in images if image.is_malignant is label] for label in (False, True)]
    return [_clinical(scope, members) for members in classes if members]


def _clinical(scope: str, images: Sequence[LabelledImage]) -> Clinical:
    ages = list(_known_ages(images))
    sexes = [sex for image in images if (sex := image.facts.get("sex", "").strip().lower()) in ("female", "male")]
    return Clinical(
        scope=scope,
        is_malignant=images[0].is_malignant,
        n=len(images),
        n_age_known=len(ages),
        age_mean_years=float(np.mean(ages)) if len(ages) > 1 else None,
        age_deviation_years=float(np.std(ages, ddof=1)) if len(ages) > 1 else None,
        n_sex_known=len(sexes),
        n_female=sexes.count("female"),
    )


def _known_ages(images: Iterable[LabelledImage]) -> Iterable[float]:
    for image in images:
        text = next((value for column in _AGE_COLUMNS if (value := image.facts.get(column))), "")
        try:
            age = float(text)
        except ValueError:  # "unknown", "85+": not a known age
            continue
        if math.isfinite(age):
            yield age
