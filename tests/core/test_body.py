"""The body map's zones in ISIC's fields."""

import re

import pytest
from isic_metadata.fields import AnatomSiteEnum, AnatomSiteSpecialEnum
from isic_metadata.metadata import MetadataRow

from core.body import SITE_OF, SPECIAL_OF, ZONES, Zone, concern_of, find_zone, is_untrained, zone_name
from core.taxonomy import AnatomSite, BodyRegion, Concern, Laterality
from dashboard.components.body_drawing import draw_body

SPECIAL = {str(special.value) for special in AnatomSiteSpecialEnum}
TERMS = {part.lower() for site in AnatomSiteEnum for part in site.value.split(":")}


@pytest.mark.parametrize("region", BodyRegion)
def test_every_region_is_a_term_of_isics_and_its_fields_fit_together(region: BodyRegion) -> None:
    assert str(region) in TERMS | SPECIAL
    special = SPECIAL_OF.get(region)
    row = MetadataRow(anatom_site_general=str(SITE_OF[region]), anatom_site_special=special and str(special))
    assert row.anatom_site_general == SITE_OF[region]


def test_every_general_site_has_a_zone() -> None:
    assert set(SITE_OF.values()) == set(AnatomSite)


def test_every_zone_is_drawn_and_nothing_else_can_be_clicked() -> None:
    assert set(re.findall(r'data-zone="([^"]+)"', draw_body())) == {zone_name(zone) for zone in ZONES}


@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_is_found_by_its_name(zone: Zone) -> None:
    assert find_zone(zone_name(zone)) == zone


def test_an_unknown_name_is_no_zone() -> None:
    assert find_zone("elbow|left") is None
    assert find_zone("") is None


def test_nails_palms_soles_and_mucosa_were_not_trained_for() -> None:
    untrained = {region for region in BodyRegion if is_untrained(SITE_OF[region], region)}
    assert untrained == {
        BodyRegion.FINGERNAIL,
        BodyRegion.TOENAIL,
        BodyRegion.PALM_OF_HAND,
        BodyRegion.SOLE_OF_FOOT,
        BodyRegion.MOUTH,
        BodyRegion.GENITAL_REGION,
    }
    assert is_untrained(AnatomSite.PALMS_SOLES, None)
    assert {region: concern_of(SITE_OF[region], region) for region in untrained} == {
        BodyRegion.FINGERNAIL: Concern.NAIL,
        BodyRegion.TOENAIL: Concern.NAIL,
        BodyRegion.PALM_OF_HAND: Concern.PALM_OR_SOLE,
        BodyRegion.SOLE_OF_FOOT: Concern.PALM_OR_SOLE,
        BodyRegion.MOUTH: Concern.MUCOSA,
        BodyRegion.GENITAL_REGION: Concern.MUCOSA,
    }
    assert not is_untrained(None, None)


def test_sides_are_the_patients() -> None:
    """On a front the viewer's left is the patient's right, on a back it is the left."""
    first = {region: draw_body().index(f'data-zone="{region}|right"') for region in ("face", "scalp")}
    second = {region: draw_body().index(f'data-zone="{region}|left"') for region in ("face", "scalp")}
    assert first["face"] < second["face"]
    assert second["scalp"] < first["scalp"]
    assert Laterality.MIDLINE in {side for _, side in ZONES}
