"""The zones of the body map: what each is in ISIC's fields, which sides it has, and where the network is a stranger."""

from typing import Final

from core.taxonomy import AnatomSite, AnatomSiteSpecial, BodyRegion, Concern, Laterality

_ANTERIOR, _POSTERIOR = AnatomSite.ANTERIOR_TORSO, AnatomSite.POSTERIOR_TORSO
_ARM, _LEG, _HEAD = AnatomSite.UPPER_EXTREMITY, AnatomSite.LOWER_EXTREMITY, AnatomSite.HEAD_NECK

SITE_OF: Final[dict[BodyRegion, AnatomSite]] = {
    BodyRegion.SCALP: _HEAD,
    BodyRegion.FACE: _HEAD,
    BodyRegion.EAR: _HEAD,
    BodyRegion.FRONT_OF_NECK: _HEAD,
    BodyRegion.NAPE_OF_NECK: _HEAD,
    BodyRegion.ANTERIOR_CHEST: _ANTERIOR,
    BodyRegion.ANTERIOR_ABDOMEN: _ANTERIOR,
    BodyRegion.LATERAL_TRUNK: AnatomSite.LATERAL_TORSO,
    BodyRegion.UPPER_BACK: _POSTERIOR,
    BodyRegion.MID_BACK: _POSTERIOR,
    BodyRegion.LOWER_BACK: _POSTERIOR,
    BodyRegion.SHOULDER: _ARM,
    BodyRegion.ANTERIOR_UPPER_ARM: _ARM,
    BodyRegion.POSTERIOR_UPPER_ARM: _ARM,
    BodyRegion.VOLAR_FOREARM: _ARM,
    BodyRegion.DORSAL_FOREARM: _ARM,
    BodyRegion.DORSUM_OF_HAND: _ARM,
    BodyRegion.BUTTOCK: _LEG,
    BodyRegion.ANTERIOR_THIGH: _LEG,
    BodyRegion.POSTERIOR_THIGH: _LEG,
    BodyRegion.SHIN: _LEG,
    BodyRegion.CALF: _LEG,
    BodyRegion.DORSUM_OF_FOOT: _LEG,
    BodyRegion.PALM_OF_HAND: AnatomSite.PALMS_SOLES,
    BodyRegion.SOLE_OF_FOOT: AnatomSite.PALMS_SOLES,
    BodyRegion.FINGERNAIL: _ARM,
    BodyRegion.TOENAIL: _LEG,
    BodyRegion.MOUTH: AnatomSite.ORAL_GENITAL,
    BodyRegion.GENITAL_REGION: AnatomSite.ORAL_GENITAL,
}
SPECIAL_OF: Final[dict[BodyRegion, AnatomSiteSpecial]] = {
    BodyRegion.PALM_OF_HAND: AnatomSiteSpecial.ACRAL_PALMS_SOLES,
    BodyRegion.SOLE_OF_FOOT: AnatomSiteSpecial.ACRAL_PALMS_SOLES,
    BodyRegion.FINGERNAIL: AnatomSiteSpecial.FINGERNAIL,
    BodyRegion.TOENAIL: AnatomSiteSpecial.TOENAIL,
    BodyRegion.MOUTH: AnatomSiteSpecial.ORAL_GENITAL,
    BodyRegion.GENITAL_REGION: AnatomSiteSpecial.ORAL_GENITAL,
}
_ON_THE_MIDLINE: Final = frozenset({BodyRegion.MOUTH, BodyRegion.GENITAL_REGION})
_CONCERN_OF_REGION: Final = {BodyRegion.FINGERNAIL: Concern.NAIL, BodyRegion.TOENAIL: Concern.NAIL}
_CONCERN_OF_SITE: Final = {
    AnatomSite.PALMS_SOLES: Concern.PALM_OR_SOLE,
    AnatomSite.ORAL_GENITAL: Concern.MUCOSA,
}

Zone = tuple[BodyRegion, Laterality]

ZONES: Final[tuple[Zone, ...]] = tuple(
    (region, side)
    for region in BodyRegion
    for side in ((Laterality.MIDLINE,) if region in _ON_THE_MIDLINE else (Laterality.RIGHT, Laterality.LEFT))
)


def zone_name(zone: Zone) -> str:
    """Such as "palm of hand|left": how a zone is called where it must be one word."""
    return "|".join(zone)


def find_zone(name: str) -> Zone | None:
    """The zone of that name; None where the map has none."""
    return next((zone for zone in ZONES if zone_name(zone) == name), None)


def concern_of(site: AnatomSite | None, region: BodyRegion | None) -> Concern | None:
    """What speaks against a score at that place: a nail, palm, sole or mucosa; None elsewhere."""
    of_region = _CONCERN_OF_REGION.get(region) if region else None
    return of_region or (_CONCERN_OF_SITE.get(site) if site else None)


def is_untrained(site: AnatomSite | None, region: BodyRegion | None) -> bool:
    """Whether a lesion lies on a nail, palm, sole or mucosa, which the networks were not trained for."""
    return concern_of(site, region) is not None
