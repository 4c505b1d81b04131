"""The record of a case in the words of its report."""

import math
from collections.abc import Sequence

from core.body import is_untrained
from core.domain import CaseRecord, Checks, ConfirmedDiagnosis, FinalAssessment, FirstRead, Prediction, Review
from core.exports.case_report import LikelyKind, MachineAssessment, Row
from core.taxonomy import Band
from dashboard.components.words import (
    BAND_LABEL,
    BAND_NEXT,
    BAND_REVIEW,
    DIFFERENTIAL_NOTE,
    KIND_MARK,
    NOT_TRAINED_FOR,
    NOT_TRAINED_SITE,
    diagnosis_label,
    local_time,
    percent,
    threshold,
)
from dashboard.workflow.first_read import is_from_batch

_SIGN = {Band.REFER: "▲", Band.INDETERMINATE: "◆", Band.NO_CONCERN: "●"}
_NOBODY = "nobody named"
_YES_NO = {True: "yes", False: "no"}


def about_rows(case: CaseRecord) -> tuple[Row, ...]:
    """Patient, lesion, visit and what the patient tells; what nobody gave is left out, but for the patient."""
    age = f"{case.age_years} years" if case.age_years is not None else ""
    visit = f"{case.visited_on:%d %b %Y}" if case.visited_on else ""
    history = case.history
    size = history.clin_size_long_diam_mm
    rows = (
        ("Patient", case.pseudonym or "not named"),
        ("Age, sex", _joined(age, case.sex or "")),
        ("Lesion", case.lesion_label),
        ("Body site", _joined(case.anatom_site or "", case.body_region or "", case.laterality or "")),
        ("Visit", visit),
        ("Recorded", f"{local_time(case.created_at)} by {case.reader or _NOBODY}"),
        ("Skin type", f"Fitzpatrick {history.fitzpatrick_skin_type}" if history.fitzpatrick_skin_type else ""),
        ("Diameter", f"{size:g} mm" if size is not None else ""),
        ("Own melanoma", _answer(history.personal_hx_mm)),
        ("In family", _answer(history.family_hx_mm)),
        ("Changed", _answer(history.is_change_noticed)),
    )
    return tuple((name, value) for name, value in rows if value)


def first_read_rows(read: FirstRead | None) -> tuple[Row, ...]:
    """What the reader thought before the machine's result was shown, or that it was skipped."""
    if read is None:
        return ()
    confidence = f"{read.confidence} confidence" if read.confidence else ""
    rows = (
        ("Impression", _joined(read.impression, confidence) if read.impression else "skipped: none was given"),
        ("Diagnosis", diagnosis_label(read.diagnosis) if read.diagnosis else ""),
        ("By", read.reader or _NOBODY),
        ("Kept", local_time(read.kept_at)),
        ("Machine shown", local_time(read.revealed_at) if read.revealed_at else ""),
    )
    return tuple((name, value) for name, value in rows if value)


def final_rows(finals: Sequence[FinalAssessment]) -> tuple[Row, ...]:
    """The newest final assessment, and whether it is a change from the first read."""
    if not finals:
        return ()
    final = finals[0]
    switch = "changed after the machine's result" if final.is_switch else ""
    source = "read from the decision" if is_from_batch(final.submission_id) else ""
    rows = (
        ("Impression", _joined(final.impression, source, switch)),
        ("Diagnosis", diagnosis_label(final.diagnosis) if final.diagnosis else ""),
        ("Decision", BAND_REVIEW[final.decision] if final.decision else ""),
        ("By", final.reader or _NOBODY),
        ("Kept", local_time(final.assessed_at)),
    )
    return tuple((name, value) for name, value in rows if value)


def machine_part(prediction: Prediction) -> MachineAssessment:
    """What the network said, as the screen says it."""
    likeliest_first = sorted(prediction.differential.items(), key=lambda item: item[1], reverse=True)
    kinds = tuple(LikelyKind(diagnosis_label(kind), KIND_MARK.get(kind, ""), share) for kind, share in likeliest_first)
    refer, concern = prediction.operating_threshold, prediction.no_concern_threshold
    return MachineAssessment(
        band=prediction.band,
        sign=_SIGN[prediction.band],
        label=BAND_LABEL[prediction.band],
        probability=percent(prediction.malignant_probability),
        sentences=(f"Refer from {threshold(refer)}; no AI concern below {threshold(min(refer, concern))}.",),
        next_step=BAND_NEXT[prediction.band],
        differential=kinds,
        differential_note=DIFFERENTIAL_NOTE.format(n=len(kinds)) if kinds else "",
    )


def review_rows(reviews: Sequence[Review]) -> tuple[Row, ...]:
    """Every review, newest first."""
    return tuple(
        (local_time(review.reviewed_at), f"{_joined(BAND_REVIEW[review.assessment], review.note)} ({_by(review)})")
        for review in reviews
    )


def diagnosis_rows(found: ConfirmedDiagnosis | None) -> tuple[Row, ...]:
    """What the lesion turned out to be, and how that is known."""
    if found is None:
        return ()
    kind = "malignant" if found.is_malignant else "benign"
    rows = (
        ("Diagnosis", f"{diagnosis_label(found.diagnosis)} ({kind})"),
        ("Confirmed by", str(found.confirm_type)),
        ("Date", f"{found.confirmed_on:%d %b %Y}" if found.confirmed_on else ""),
        ("Pathology text", found.note),
        ("Recorded", f"{local_time(found.recorded_at)} by {found.recorded_by or _NOBODY}"),
    )
    return tuple((name, value) for name, value in rows if value)


def quality_rows(checks: Checks | None) -> tuple[Row, ...]:
    """What the gates measured when the picture was scored; a picture scored in spite of them says why."""
    if checks is None:
        return ()
    flagged = ", ".join(str(flag.artefact) for flag in checks.artefacts if flag.is_flagged)
    rows = (
        *((note.name, f"{'' if note.is_fine else 'not in order: '}{note.sentence}") for note in checks.quality.notes),
        ("Over the lesion", flagged),
        ("Heat map", " ".join(checks.heat.warnings) if checks.heat else ""),
        ("Held back", " ".join(checks.reasons)),
        ("Scored because", checks.override_reason),
    )
    return tuple((name, value) for name, value in rows if value)


def model_rows(case: CaseRecord) -> tuple[Row, ...]:
    """Exactly which network said it, from which threshold, and when."""
    prediction, model = case.prediction, case.prediction.model
    architecture = f", {model.architecture}" if model.architecture else ""
    refer, concern = prediction.operating_threshold, prediction.no_concern_threshold
    rows = (
        ("Network", f"{model.name} {model.version}{architecture}"),
        ("Weights SHA-256", model.weights_sha256),
        ("Model card SHA-256", model.card_sha256),
        ("Thresholds", f"refer at or above {threshold(refer)}, no AI concern below {threshold(concern)}"),
        ("Scored", f"{local_time(case.predicted_at)}, Lesionwise {case.app_version}"),
    )
    return tuple((name, value) for name, value in rows if value)


def measured_rows(prediction: Prediction, figures: str, at_threshold: float | None) -> tuple[Row, ...]:
    """The network's figures on the test set, and at which threshold: a practice's own may be another than theirs."""
    if not figures or at_threshold is None:
        return (("On the test set", figures),) if figures else ()
    is_same = math.isclose(prediction.operating_threshold, at_threshold, rel_tol=1e-9)
    which = "the referral threshold" if is_same else f"{threshold(at_threshold)}, not at this case's threshold"
    return (("On the test set", f"at {which}: {figures}"),)


def strange_to_network(case: CaseRecord, checks: Checks | None) -> tuple[str, ...]:
    """A sentence where the lesion or its place is none that the network was trained for."""
    concerns = checks.concerns if checks else ()
    if concerns:
        return (NOT_TRAINED_FOR.format(words=", ".join(concerns)),)
    return (NOT_TRAINED_SITE,) if is_untrained(case.anatom_site, case.body_region) else ()


def _by(review: Review) -> str:
    return review.reviewer or _NOBODY


def _answer(said: bool | None) -> str:
    return "" if said is None else _YES_NO[said]


def _joined(*parts: str) -> str:
    return ", ".join(filter(None, parts))
