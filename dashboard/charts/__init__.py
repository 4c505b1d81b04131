"""Values to plotly figures: no Streamlit, and nothing measured here (that is in `core.evaluation`).

Colours are Okabe and Ito's that keep 3:1 on white and on near-black; each series also differs by dash, marker or place.
Backgrounds are transparent and the text has the page's colour, so that one figure serves the light and the dark theme.
"""

from dashboard.charts.counts import confusion_matrix, score_distributions
from dashboard.charts.curves import calibration, precision_recall, roc
from dashboard.charts.decision import calibration_stages, decision
from dashboard.charts.groups import changed_bands, class_confusion, subgroups
from dashboard.charts.live import drift_overview, rates_over_time
from dashboard.charts.training import training_curve

__all__ = [
    "calibration",
    "calibration_stages",
    "changed_bands",
    "class_confusion",
    "confusion_matrix",
    "decision",
    "drift_overview",
    "precision_recall",
    "rates_over_time",
    "roc",
    "score_distributions",
    "subgroups",
    "training_curve",
]
