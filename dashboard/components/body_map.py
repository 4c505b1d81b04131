"""Where the lesion is: a map to click on, and a field that says the same to the keyboard."""

import streamlit as st

from core.body import SITE_OF, ZONES, Zone, find_zone, is_untrained, zone_name
from core.taxonomy import AnatomSite, BodyRegion, Laterality
from dashboard.components.body_drawing import draw_body
from dashboard.components.words import NOT_TRAINED_SITE, place_label
from dashboard.lesion_words import Words

_STYLE = """
svg { width: 100%; max-height: 440px; user-select: none; }
.zone { fill: var(--st-secondary-background-color); stroke: var(--st-text-color); stroke-width: 0.8;
  vector-effect: non-scaling-stroke; cursor: pointer; }
.zone:hover { fill: color-mix(in srgb, var(--st-primary-color) 35%, var(--st-background-color)); }
.zone.chosen { fill: var(--st-primary-color); stroke-width: 2.5; }
.around { fill: none; stroke: var(--st-text-color); stroke-width: 0.8; pointer-events: none; }
text { fill: var(--st-text-color); font: 12px var(--st-font, sans-serif); pointer-events: none; }
"""
_SCRIPT = """
export default function ({ parentElement, data, setTriggerValue }) {
  for (const zone of parentElement.querySelectorAll("[data-zone]")) {
    zone.classList.toggle("chosen", zone.dataset.zone === data.chosen);
    zone.onclick = () => setTriggerValue("zone", zone.dataset.zone);
  }
}
"""
_MAP = st.components.v2.component("body_map", html=draw_body(), css=_STYLE, js=_SCRIPT)


def draw_place(words: Words, key: str) -> None:
    """A button that says the chosen zone and opens the map."""
    chosen = chosen_zone(words)
    place = f": {zone_label(chosen)}" if chosen else ""
    if st.button(f"Body map{place}", icon=":material/accessibility_new:", key=f"{key}-map-button", width="stretch"):
        _open_map(words, key, chosen)


@st.dialog("Where is the lesion?", width="medium", icon=":material/accessibility_new:")
def _open_map(words: Words, key: str, before: Zone | None) -> None:
    if chosen_zone(words) != before:
        st.rerun()  # a choice closes the map
    field, widget = f"{key}-{words.site_round}-zone", f"{key}-{words.site_round}-body"
    st.selectbox(
        "Zone",
        ZONES,
        ZONES.index(before) if before else None,
        format_func=zone_label,
        placeholder="Choose here or on the map",
        key=field,
        on_change=lambda: set_zone(words, st.session_state[field]),
    )
    _MAP(
        key=widget,
        data={"chosen": zone_name(before) if before else ""},
        on_zone_change=lambda: set_zone(words, find_zone(st.session_state[widget]["zone"] or "")),
    )
    st.caption("R and L are the patient's right and left.")


def warn_untrained(site: AnatomSite | None, region: BodyRegion | None) -> None:
    """Say where the network is a stranger."""
    if is_untrained(site, region):
        st.warning(NOT_TRAINED_SITE, icon=":material/warning:")


def chosen_zone(words: Words) -> Zone | None:
    """The zone that region and side name; None while one of them is open."""
    zone = (words.body_region, words.laterality or Laterality.MIDLINE)
    return next((known for known in ZONES if known == zone), None)


def zone_label(zone: Zone) -> str:
    """A zone in words."""
    return place_label(SITE_OF[zone[0]], zone[1], zone[0])


def set_zone(words: Words, zone: Zone | None) -> None:
    """Take site, side and region from a zone; without one only the region is forgotten."""
    if zone is None:
        words.body_region = None
        return
    words.site_round += 1
    words.body_region, words.laterality = zone
    words.anatom_site = SITE_OF[zone[0]]
