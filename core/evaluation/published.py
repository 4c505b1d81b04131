"""Sensitivities and specificities that others published, for a look beside the ROC curve and for nothing more.

Other pictures, other readers, other questions: none of them is comparable with a figure of this test set. Each is as
given in the cited work; where only its abstract was read the figure is the abstract's.
"""

from dataclasses import dataclass

NOT_COMPARABLE = "other pictures and readers: not comparable"


@dataclass(frozen=True, slots=True)
class PublishedPoint:
    """One operating point out of the literature, shares in [0, 1]."""

    who: str
    sensitivity: float
    specificity: float
    source: str


PUBLISHED = (
    PublishedPoint("dermatologists", 0.875, 0.814, "Phillips 2019, meta-analysis"),
    PublishedPoint("dermatologists", 0.866, 0.713, "Haenssle 2018"),
    PublishedPoint("FotoFinder Moleanalyzer pro at the bedside", 0.881, 0.788, "MacLellan 2021"),
    PublishedPoint("ADAE (ISIC 2020 winner), prospectively at eight hospitals", 0.921, 0.673, "ADAE 2024"),
    PublishedPoint("dermatologists at the same eight hospitals", 0.734, 0.828, "ADAE 2024"),
)
