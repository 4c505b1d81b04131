"""The closed sets are in ISIC's own words."""

from enum import Enum, StrEnum

import isic_metadata.fields as isic
import pytest

from core import taxonomy


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (taxonomy.AnatomSite, isic.AnatomSiteGeneralEnum),
        (taxonomy.ConfirmType, isic.DiagnosisConfirmTypeEnum),
        (taxonomy.Diagnosis, isic.LegacyDxEnum),
        (taxonomy.AnatomSiteSpecial, isic.AnatomSiteSpecialEnum),
        (taxonomy.SkinType, isic.FitzpatrickSkinType),
    ],
)
def test_every_value_is_one_of_isics(ours: type[StrEnum], theirs: type[Enum]) -> None:
    assert {str(value) for value in ours} <= {str(value.value) for value in theirs}


def test_every_general_site_of_isic_can_be_recorded() -> None:
    assert {str(site) for site in taxonomy.AnatomSite} == {str(site.value) for site in isic.AnatomSiteGeneralEnum}


def test_sexes_are_isics() -> None:
    from isic_metadata.metadata import MetadataRow

    for sex in taxonomy.Sex:
        assert str(MetadataRow(sex=str(sex)).sex) == str(sex)


@pytest.mark.parametrize("word", ["benign", "cancer-free", "healthy"])
def test_no_band_is_a_verdict(word: str) -> None:
    assert all(word not in str(band) for band in taxonomy.Band)
