"""What the program says, in one place: bands, kinds of lesion, numbers, times."""

from datetime import datetime

from core.classifier.card_text import INTENDED_USE
from core.taxonomy import MALIGNANT_KINDS, AnatomSite, Band, BodyRegion, Diagnosis, HeatmapMethod, Laterality

BAND_LABEL = {
    Band.REFER: "Refer",
    Band.INDETERMINATE: "Indeterminate: review",
    Band.NO_CONCERN: "No AI concern",
}
BAND_ICON = {
    Band.REFER: ":material/priority_high:",
    Band.INDETERMINATE: ":material/contrast:",
    Band.NO_CONCERN: ":material/visibility:",
}
BAND_NEXT = {
    Band.REFER: "Next: specialist assessment or histopathology, unless your examination clearly explains the finding.",
    Band.INDETERMINATE: "Next: review it yourself by dermoscopic criteria; ask a second reader or plan an early "
    "follow-up.",
    Band.NO_CONCERN: "Next: go by your own examination. This does not end follow-up: image the lesion again if it "
    "changes.",
}
BAND_REVIEW = {
    Band.REFER: "Refer",
    Band.INDETERMINATE: "Review / follow up",
    Band.NO_CONCERN: "No concern",
}
METHOD_LABEL = {
    HeatmapMethod.GRAD_CAM: "Grad-CAM",
    HeatmapMethod.GRAD_CAM_PLUS_PLUS: "Grad-CAM++",
    HeatmapMethod.EIGEN_CAM: "Eigen-CAM",
    HeatmapMethod.LAYER_CAM: "Layer-CAM",
}
# HAM10000's classes bkl and akiec hold more than the names that ISIC has for them
_WIDER_KIND = {
    Diagnosis.PIGMENTED_BENIGN_KERATOSIS: "Benign keratosis",
    Diagnosis.ACTINIC_KERATOSIS: "Actinic keratosis / intraepithelial carcinoma",
}
KIND_MARK = dict.fromkeys(MALIGNANT_KINDS, "malignant") | {Diagnosis.ACTINIC_KERATOSIS: "malignant or precursor"}
DIFFERENTIAL_NOTE = (
    "The {n} kinds that the network was trained to tell apart; this is not a diagnosis, and other kinds exist."
)
NOT_TRAINED_SITE = (
    "Nails, palms, soles and mucosa: the network was not trained for this site. Do not rely on its result here."
)
NOT_TRAINED_FOR = (
    "The network was not trained for this ({words}): its score may be far off. Judge by eye, dermoscopy and histology."
)
COLUMN_LABEL = {  # of the table of ablations
    "all": "All test images",
    "unseen_lesions": "Lesions not in the train part",
    "same_source": "Same source",
    "ham10000-extra-test": "Held-out lesions",
}
ANSWER = {True: "Yes", False: "No"}
EMPTY_MAP = "The heat map is empty: nothing in this picture spoke for malignant."
MAP_LEGEND = "Heat map: where the network looked, not where the disease is."
USE_LINE = INTENDED_USE


def diagnosis_label(diagnosis: Diagnosis) -> str:
    """A kind of lesion in a differential, by the name that a clinician knows it by."""
    return _WIDER_KIND.get(diagnosis) or diagnosis[0].upper() + diagnosis[1:]


def place_label(site: AnatomSite | None, side: Laterality | None, region: BodyRegion | None) -> str:
    """Where a lesion is, as closely as it was said: "Shin, left"; "" where it was not."""
    return ", ".join(filter(None, (region or site, side))).capitalize()


def percent(probability: float) -> str:
    """A probability in whole per cent, never 0% or 100%: "17%", "<1%", ">99%"."""
    whole = round(probability * 100)
    if whole < 1:
        return "<1%"
    return ">99%" if whole > 99 else f"{whole}%"


def threshold(probability: float) -> str:
    """A threshold in per cent with one decimal, as it decides."""
    return f"{probability:.1%}"


def local_time(moment: datetime) -> str:
    """A UTC time on the clock of this machine, with its zone."""
    local = datetime.fromtimestamp(moment.timestamp()).astimezone()  # pandas refuses astimezone() without a zone
    return local.strftime("%d %b %Y, %H:%M %Z")


def plural(n: int, one: str, many: str | None = None) -> str:
    """A number with its noun: 1 case, 2 cases."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
