import pytest

from core.domain import Assignment
from dashboard.workflow.assign import assign_by_name

ON_BOTH_DATABASES = True


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("P-1/L2/any.jpg", Assignment("P-1", "L2")),
        ("morning/P-1/L2/any.jpg", Assignment("P-1", "L2")),
        ("P-1/any_thing.jpg", Assignment("P-1")),
        ("P-1_L2_shoulder.jpg", Assignment("P-1", "L2")),
        ("P-1_L2.jpg", Assignment("P-1", "L2")),
        ("IMG0042.jpg", Assignment()),
        ("_L2.jpg", Assignment()),
    ],
)
def test_a_name_says_patient_and_lesion(name: str, said: Assignment) -> None:
    assert assign_by_name([name]).of_file[name] == said


def test_names_that_say_nothing_are_pointed_out_and_stop_nothing() -> None:
    found = assign_by_name(["P-1_L1_a.jpg", "IMG1.jpg"])
    assert found.problems == ()
    assert found.hints == ("1 file without a patient in the name: IMG1.jpg",)


def test_what_looks_like_a_name_or_a_date_is_pointed_out() -> None:
    found = assign_by_name(["Mustermann_L1_a.jpg", "P-2_L1_19510331.jpg"])
    assert found.problems == ()
    assert [warning.split(" that")[0] for warning in found.warnings] == ["2 files", "1 pseudonym"]


@pytest.mark.parametrize(
    "name",
    [
        "IMG_1234.jpg",
        "ISIC_0024306.jpg",
        "dscn_0001_a.jpg",
        "PXL_20260301_093000123.jpg",
        "20260301_093000.jpg",
        "DCIM/100_CANON/a.jpg",
        "DCIM/IMG_1234.jpg",
    ],
)
def test_the_name_of_a_camera_or_an_archive_is_no_patient(name: str) -> None:
    found = assign_by_name([name])
    assert found.of_file[name] == Assignment()
    assert "1 file without a patient in the name" in found.hints[0]
