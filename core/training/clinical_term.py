"""Age, sex and site as a term that is added to a network's logit.

The term is 0 where nothing is known, so that missing data says nothing, and the heat map keeps its closed form: the
picture's part of the logit stays what it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

DROP_RATE = 0.3  # of the images of either class, for every pass of the fit
_PASSES = 20
_PENALTY = 1.0  # L2, on features of about unit size
_AGE_DECADES = 10.0


@dataclass(frozen=True, slots=True)
class ClinicalTerm:
    """Coefficients of centred features: age in decades, being male, and each site that was seen in the fit."""

    sites: tuple[str, ...]
    centre: tuple[float, ...]
    coefficients: tuple[float, ...]

    def of(self, facts: Sequence[Mapping[str, str]]) -> NDArray[np.float64]:
        """What is added to the logits (N,) of images with these `age_approx`, `sex` and `anatom_site`."""
        features = _centred(facts, self.sites, np.asarray(self.centre))
        return np.asarray(features @ np.asarray(self.coefficients), dtype=np.float64)


def fit_clinical_term(
    facts: Sequence[Mapping[str, str]], logits: NDArray[np.float64], is_malignant: NDArray[np.bool_], seed: int = 7
) -> ClinicalTerm:
    """Fit on images whose clinical data is known, beside their calibrated logits (N,), by logistic regression without
    intercept; each pass drops the data of other images, at one rate for both classes.

    Raises ValueError where no image has clinical data: an image without it would teach that missing means malignant.
    """
    known = np.array([any(row.get(name) for name in ("age_approx", "sex", "anatom_site")) for row in facts])
    if not known.any():
        raise ValueError("no image has clinical data; expected age_approx, sex or anatom_site")
    rows = [row for row, is_known in zip(facts, known, strict=True) if is_known]
    sites = tuple(sorted({row["anatom_site"] for row in rows if row.get("anatom_site")}))
    found = np.ma.masked_invalid(_features(rows, sites))
    centre = found.mean(axis=0).filled(0.0)  # 0 for what is known of no image
    features = _centred(rows, sites, centre)
    kept = np.random.default_rng(seed).random((_PASSES, len(rows))) >= DROP_RATE
    x = (features[None] * kept[:, :, None]).reshape(-1, features.shape[1])
    offset, y = np.tile(logits[known], _PASSES), np.tile(is_malignant[known].astype(np.float64), _PASSES)

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = offset + x @ w
        gradient = x.T @ (expit(z) - y) / _PASSES + _PENALTY * w
        return float((np.logaddexp(0, z) - y * z).sum() / _PASSES + 0.5 * _PENALTY * w @ w), gradient

    fitted = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x
    return ClinicalTerm(sites, tuple(centre.tolist()), tuple(fitted.tolist()))


def _features(facts: Sequence[Mapping[str, str]], sites: Sequence[str]) -> NDArray[np.float64]:
    """Features (N, 2 + sites), NaN for what is not known."""
    rows = []
    for row in facts:
        age, sex, site = row.get("age_approx"), row.get("sex"), row.get("anatom_site")
        is_male = {"male": 1.0, "female": 0.0}.get(sex or "", np.nan)
        of_site = [float(site == name) for name in sites] if site in sites else [np.nan] * len(sites)
        rows.append([float(age) / _AGE_DECADES if age else np.nan, is_male, *of_site])
    return np.array(rows, dtype=np.float64)


def _centred(
    facts: Sequence[Mapping[str, str]], sites: Sequence[str], centre: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.nan_to_num(_features(facts, sites) - centre)
