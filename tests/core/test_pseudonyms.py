"""What is pointed out in a pseudonym or a file name, and what is left alone."""

import pytest

from core.pseudonyms import find_hint, looks_like_date, looks_like_name, names_pseudonym


@pytest.mark.parametrize(
    "text", ["Anna Müller", "mueller", "Meier-1960", "D. Smith", "MÜLLER", "o'brien", "Smith, John", "wang_li2"]
)
def test_a_name_is_pointed_out(text: str) -> None:
    assert looks_like_name(text)
    assert "person's name" in find_hint(text)


@pytest.mark.parametrize("text", ["P-001", "X7K-Q", "PAT-0017", "patient 12", "L1", "", "ISIC_0024306", "0815"])
def test_a_code_is_left_alone(text: str) -> None:
    assert find_hint(text) == ""


@pytest.mark.parametrize(
    "text", ["12.03.1960", "1960-03-12", "12031960", "P_19600312", "3/12/60", "12 March 1960", "5mai72", "1.2.2024 b"]
)
def test_a_date_is_pointed_out(text: str) -> None:
    assert looks_like_date(text)
    assert "a date" in find_hint(text)


@pytest.mark.parametrize("text", ["00246810", "1600x1200", "12345678", "1.45.2024", "99-99-9999", "ISIC_0024306"])
def test_numbers_that_are_no_day_are_left_alone(text: str) -> None:
    assert not looks_like_date(text)


@pytest.mark.parametrize("name", ["anna-mueller.jpg", "Mueller.jpg", "C:\\pictures\\Anna Schmidt.png"])
def test_a_persons_file_name_is_pointed_out(name: str) -> None:
    assert find_hint(name, is_filename=True).startswith("This file name may hold a person's name and is kept")


@pytest.mark.parametrize(
    "name", ["shoulder.jpg", "left_upper_back.png", "DSC01234.JPG", "synthetic-lesion.jpg", "07.jpg", "ISIC_1.jpg"]
)
def test_what_cameras_and_clinics_write_is_left_alone(name: str) -> None:
    assert find_hint(name, is_filename=True) == ""


def test_a_cameras_date_is_pointed_out() -> None:
    assert "a date and is kept" in find_hint("IMG_20240131_101500.jpg", is_filename=True)


def test_name_and_date_are_pointed_out_in_one_line() -> None:
    assert "may hold a person's name and a date:" in find_hint("Anna Schmidt 1960-03-12")


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("clinic 2021.zip", False),
        ("1.zip", True),
        ("room_1_morning.zip", True),
        ("1", True),
        ("11", False),
        ("1a", False),
        ("", False),
    ],
)
def test_a_pseudonym_is_named_as_a_whole_word_only(text: str, is_named: bool) -> None:
    assert names_pseudonym(text, "1") is is_named


def test_a_pseudonym_is_named_in_any_case_and_an_empty_one_never() -> None:
    assert names_pseudonym("follow-up p-7", "P-7")
    assert not names_pseudonym("P-70", "P-7")
    assert not names_pseudonym("anything", " ")
