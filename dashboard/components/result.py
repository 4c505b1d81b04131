"""The assessment as the clinician reads it: band, probability, what it means, what to do next."""

import numpy as np
import streamlit as st

from core.domain import Prediction
from core.errors import DataFolderInvalid, LesionwiseError
from core.evaluation.figures import Figure
from core.evaluation.like_this import ScoredLikeThis, scored_like
from core.evaluation.predictive_values import from_sensitivity
from core.evaluation.results import Evaluation
from core.taxonomy import Band
from dashboard.components.frame import show_error
from dashboard.components.words import BAND_LABEL, BAND_NEXT, percent, threshold
from dashboard.resources import get_card, get_evaluation, get_practice, get_predictions

_SIGN = {Band.REFER: "▲", Band.INDETERMINATE: "◆", Band.NO_CONCERN: "●"}


def draw_result(prediction: Prediction) -> None:
    """The card with band, probability, its meaning on the test set and the next step."""
    band = prediction.band
    st.html(
        f'<div class="lw-card"><div class="lw-band lw-{band}"><span>{BAND_LABEL[band]}</span>'
        f'<span class="lw-sign" aria-hidden="true">{_SIGN[band]}</span></div><div class="lw-body">'
        f'<div class="lw-number">{percent(prediction.malignant_probability)}<small>malignant probability</small></div>'
        f"<div>{_like_this_sentence(prediction)}</div><div>{_threshold_sentence(prediction)}</div>"
        f'<div class="lw-next">{BAND_NEXT[band]}</div></div></div>'
    )


def chip(band: Band) -> str:
    """A band as a small coloured label with its sign, as HTML."""
    return f'<span class="lw-chip lw-{band}">{_SIGN[band]} {BAND_LABEL[band]}</span>'


def draw_evidence(prediction: Prediction) -> None:
    """One click away: what the thresholds gave on the test set, and what it means at the practice's prevalence."""
    with st.popover("What does this number mean?", icon=":material/help:", width="stretch"):
        try:
            evaluation = get_evaluation(prediction.model.name, prediction.model.weights_sha256)
        except DataFolderInvalid as error:
            show_error(error)
            return
        if evaluation is None:
            st.write("No test figures are installed for this network, so nothing can be said about its errors.")
            return
        st.markdown(_evidence_text(evaluation))
        st.page_link("../pages/performance.py", label="Open Model performance", icon=":material/monitoring:")


def _like_this_sentence(prediction: Prediction) -> str:
    if _was_calibrated_anew(prediction):
        return "This network was calibrated anew since: its test figures are not of this number."
    try:
        predictions = get_predictions(prediction.model.name, prediction.model.weights_sha256)
    except DataFolderInvalid:  # the popover beside it says what is wrong with the file
        predictions = None
    if predictions is None:
        return "No test figures can be given for this network."
    like: ScoredLikeThis = scored_like(
        prediction.malignant_probability, predictions.probability, predictions.is_malignant
    )
    share = like.share
    return (
        f"Of 100 test lesions scored like this, about {round(share.value * 100)} were malignant "
        f"({round(share.low * 100)}–{round(share.high * 100)}, n\u00a0=\u00a0{like.n})."
    )


def _threshold_sentence(prediction: Prediction) -> str:
    refer, concern = prediction.operating_threshold, prediction.no_concern_threshold
    if _was_calibrated_anew(prediction):
        return f"Refer from {threshold(refer)}; no AI concern below {threshold(concern)}, as it was calibrated then."
    shipped = _shipped_threshold(prediction)
    if shipped is not None and shipped != refer:
        return (
            f"Refer from {threshold(refer)}, which this practice set (the network's own is {threshold(shipped)}); "
            f"no AI concern below {threshold(concern)}."
        )
    if refer <= concern:
        return f"Refer from {threshold(refer)}, set for a sensitivity of at least 95% on validation."
    return (
        f"Refer from {threshold(refer)} (set for 95% sensitivity on validation); "
        f"no AI concern below {threshold(concern)} (99%)."
    )


def _was_calibrated_anew(prediction: Prediction) -> bool:
    """Whether the same weights now give other probabilities. The lower threshold tells: it is the card's own, unless a
    practice's threshold lies below it."""
    try:
        card = get_card(prediction.model.name)
    except LesionwiseError:  # not installed, or not usable: the pages of the network say so
        return False
    known = (card.no_concern_threshold, prediction.operating_threshold)
    return card.weights_sha256 == prediction.model.weights_sha256 and prediction.no_concern_threshold not in known


def _shipped_threshold(prediction: Prediction) -> float | None:
    """The threshold that the network's test figures are of; None where there are none."""
    try:
        evaluation = get_evaluation(prediction.model.name, prediction.model.weights_sha256)
    except DataFolderInvalid:  # the popover beside it says what is wrong with the file
        return None
    return evaluation.whole.at_operating_point.threshold if evaluation else None


def _evidence_text(evaluation: Evaluation) -> str:
    whole, prevalence = evaluation.whole, get_practice().prevalence
    point, ranking = whole.at_operating_point.figures, whole.ranking
    sensitivity, specificity = (np.array(point[name].value) for name in ("sensitivity", "specificity"))
    positive, negative = from_sensitivity(sensitivity, specificity, prevalence)
    return (
        f"On {whole.n} test images ({whole.n_malignant} malignant), at a referral threshold of "
        f"{threshold(whole.at_operating_point.threshold)}:\n\n"
        f"- sensitivity **{_range(point['sensitivity'])}**, specificity **{_range(point['specificity'])}**\n"
        f"- calibration error (ECE) {_plain(ranking['ece'])}, Brier score {_plain(ranking['brier'])}\n\n"
        f"At this practice's prevalence of {prevalence:.1%}, of 100 lesions that it would refer about "
        f"**{round(100 * float(positive))}** would be malignant, and of 100 that it would not, about "
        f"**{100 * (1 - float(negative)):.1f}**.\n\n"
        "The test set holds nevi and malignant lesions only, and all its benign images come from one source: "
        "expect more false alarms in a clinic."
    )


def _range(figure: Figure) -> str:
    return f"{figure.value:.1%} ({figure.low:.1%}–{figure.high:.1%})"


def _plain(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f}–{figure.high:.3f})"
