"""What was worked out about a result in this session: heat maps, their checks, and what would change it."""

from typing import TYPE_CHECKING

import streamlit as st

from core.domain import Heatmap

if TYPE_CHECKING:
    from core.explanations.influence import Influence
    from core.explanations.map_checks import MapChecks

_HEATMAPS, _INFLUENCES, _MAP_CHECKS = "heatmaps", "influences", "map_checks"
_MAX_HEATMAPS = 24
_MAX_EXPLAINED = 64  # small numbers each


def heatmap(key: tuple[str, str, str]) -> Heatmap | None:
    """A heat map that was drawn in this session, by (picture's sha256, card's sha256, method)."""
    found: Heatmap | None = st.session_state.setdefault(_HEATMAPS, {}).get(key)
    return found


def keep_heatmap(key: tuple[str, str, str], drawn: Heatmap) -> None:
    """Keep a heat map for this session; the oldest goes when there are too many."""
    kept: dict[tuple[str, str, str], Heatmap] = st.session_state.setdefault(_HEATMAPS, {})
    while len(kept) >= _MAX_HEATMAPS:
        kept.pop(next(iter(kept)))
    kept[key] = drawn


def influence(key: tuple[str, str]) -> "Influence | None":
    """What would change a result, as measured in this session, by (picture's sha256, card's sha256)."""
    found: Influence | None = st.session_state.setdefault(_INFLUENCES, {}).get(key)
    return found


def keep_influence(key: tuple[str, str], found: "Influence") -> None:
    """Keep it for this session; the oldest goes when there are too many."""
    _keep(_INFLUENCES, key, found)


def map_checks(key: tuple[str, str, str]) -> "MapChecks | None":
    """The checks of a map, as measured in this session, by (picture's sha256, card's sha256, method)."""
    found: MapChecks | None = st.session_state.setdefault(_MAP_CHECKS, {}).get(key)
    return found


def keep_map_checks(key: tuple[str, str, str], found: "MapChecks") -> None:
    """Keep them for this session; the oldest go when there are too many."""
    _keep(_MAP_CHECKS, key, found)


def _keep(name: str, key: tuple[str, ...], value: object) -> None:
    kept: dict[tuple[str, ...], object] = st.session_state.setdefault(name, {})
    while len(kept) >= _MAX_EXPLAINED:
        kept.pop(next(iter(kept)))
    kept[key] = value
