"""The clinical record from a new patient to the confirmed diagnosis, and what the body map and F8 do on the way."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Server
from tests.e2e.visitor import LESION, field, go_to, photograph, press, score, settle, upload

pytestmark = pytest.mark.browser

LONG = "P-" + "0123456789" * 5 + "01234567"  # as long as a pseudonym may be


def answer(page: Page, group: str, option: str) -> None:
    """Choose in the segmented control under that label."""
    press(control(page, group).get_by_role("radio", name=option, exact=True))
    settle(page)


def control(page: Page, label: str) -> Locator:
    return page.get_by_test_id("stButtonGroup").filter(has_text=re.compile(f"^{label}"))


def choose(page: Page, label: str, option: str) -> None:
    """Choose from the select box with that label."""
    press(page.get_by_role("combobox", name=label))
    press(page.get_by_role("option", name=option, exact=True))
    settle(page)


def mark_on_map(page: Page, zone: str) -> None:
    press(page.get_by_role("button", name=re.compile("Body map")))
    press(page.locator(f'[data-zone="{zone}"]'))
    expect(page.get_by_role("dialog")).to_have_count(0)
    settle(page)


def test_new_patient_blind_read_reveal_final_case_diagnosis(
    own_server: Server, new_page: Callable[[], Page], tmp_path: Path
) -> None:
    page = new_page()
    page.goto(own_server.url)
    upload(page, ("record.jpg", LESION))
    field(page, "Patient pseudonym").fill("P-whole-way")
    field(page, "Lesion").fill("L1")
    field(page, "Lesion").press("Enter")  # left by a press on the map, it would have the page redrawn under that press
    mark_on_map(page, "upper back|left")
    expect(page.get_by_role("combobox", name="Body site")).to_have_value("Posterior torso")
    expect(page.get_by_role("combobox", name="Side")).to_have_value("Left")

    classify = page.get_by_role("button", name="Classify Skin Lesion")
    expect(classify).to_be_disabled()
    answer(page, "Impression", "Benign")
    answer(page, "Confidence", "High")
    photograph(page, tmp_path, "first-read")
    press(page.get_by_role("button", name="Keep my impression"))
    expect(classify).to_be_enabled()
    settle(page)
    assert "malignant probability" not in page.content()
    press(classify)
    expect(page.get_by_text("malignant probability")).to_be_visible()
    settle(page)

    answer(page, "Your final assessment", "Malignant")
    expect(page.get_by_text("it is kept as a switch")).to_be_visible()
    answer(page, "Next step", "Refer")
    press(page.get_by_role("button", name="Save case"))
    saved = page.get_by_role("link", name=re.compile("Saved as case"))
    expect(saved).to_be_visible()
    photograph(page, tmp_path, "saved")
    press(saved)
    expect(page.get_by_role("heading", name=re.compile(r"^Case \d+$"))).to_be_visible()
    expect(page.get_by_text("First read: benign, high confidence")).to_be_visible()
    expect(page.get_by_text("a switch from the first read")).to_be_visible()
    expect(page.get_by_role("button", name="Body map: Upper back, left")).to_be_visible()

    choose(page, "Diagnosis", "Melanoma")
    answer(page, "The lesion is", "malignant")
    choose(page, "Confirmed by", "Histopathology")
    field(page, "Pathology text").fill("Breslow 0.4 mm")
    press(page.get_by_role("button", name="Save diagnosis"))
    expect(page.get_by_text("Melanoma (malignant), by histopathology")).to_be_visible()
    expect(page.get_by_text("Breslow 0.4 mm")).to_be_visible()
    photograph(page, tmp_path, "diagnosis")

    go_to(page, "Agreement")
    expect(page.get_by_text("helpful, from not right to right: 1")).to_be_visible()
    photograph(page, tmp_path, "agreement")


def test_skip_stands_still_while_the_fields_above_it_are_loaded(page: Page) -> None:
    """Where it moves away between press and release, a browser makes no click of that."""
    page.evaluate(
        """() => {
          window.places = new Set();
          const look = () => {
            const skip = [...document.querySelectorAll("button")].find((button) => /Skip$/.test(button.innerText));
            if (skip) window.places.add(Math.round(skip.getBoundingClientRect().y));
            requestAnimationFrame(look);
          };
          look();
        }"""
    )
    upload(page, ("still.jpg", LESION))
    expect(page.get_by_role("combobox", name="Diagnosis, if you have one")).to_be_visible()
    expect(page.get_by_role("radio", name="Unsure")).to_be_visible()
    expect(page.get_by_role("radio", name="High")).to_be_visible()
    settle(page)
    assert page.evaluate("[...window.places].length") == 1


def test_the_keyboard_marks_a_place_without_the_map(page: Page) -> None:
    upload(page, ("keys.jpg", LESION))
    button = page.get_by_role("button", name=re.compile("Body map"))
    expect(button).to_be_visible()
    settle(page)
    button.press("Enter")
    zone = page.get_by_role("dialog").get_by_role("combobox", name="Zone")
    zone.fill("Sole of foot, right")
    zone.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("not trained for this (palm or sole)")).to_be_visible()
    expect(page.get_by_role("combobox", name="Body site")).to_have_value("Palms/soles")


def test_f8_hides_the_names_and_shows_them_again(page: Page) -> None:
    upload(page, ("hidden.jpg", LESION))
    pseudonym = field(page, "Patient pseudonym")
    pseudonym.fill("P-hidden")
    settle(page)
    expect(pseudonym).to_have_css("-webkit-text-security", "none")
    pseudonym.blur()  # within a field the browser's client takes no shortcut
    page.keyboard.press("F8")
    expect(pseudonym).to_have_css("-webkit-text-security", "disc")
    expect(page.get_by_role("button", name=re.compile("Show names"))).to_be_visible()
    settle(page)
    page.keyboard.press("F8")
    expect(pseudonym).to_have_css("-webkit-text-security", "none")
    expect(pseudonym).to_have_value("P-hidden")


def test_a_long_pseudonym_typed_while_the_page_still_runs_is_kept(page: Page) -> None:
    upload(page, ("quick.jpg", LESION))
    field(page, "Patient pseudonym").fill(LONG)
    score(page)
    press(page.get_by_role("button", name="Save case"))
    expect(page.get_by_role("link", name=re.compile("Saved as case"))).to_be_visible()
    go_to(page, "Case history")
    expect(page.get_by_text(LONG)).to_be_visible()
