"""`make screenshots`: the README's pictures, of the real app with synthetic lesions, at 1280 x 800."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import which

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from core.classifier.classifier import Classifier
from core.domain import CaseDraft, ConfirmedDiagnosis, Review, Upload
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.settings import PROJECT_ROOT, Settings
from core.taxonomy import AnatomSite, Band, BatchMode, Confidence, ConfirmType, Diagnosis, Impression, Sex
from dashboard.workflow.analyse import analyse_upload
from dashboard.workflow.batches import create_batch, run_batch
from dashboard.workflow.cases import confirm_diagnosis, load_case, review_case, save_case
from dashboard.workflow.first_read import keep_first_read
from dashboard.workflow.intake import TakenIn
from dashboard.workflow.recalls import set_recall
from dashboard.workflow.record import Record, open_record, utc_now

OUT = PROJECT_ROOT / "docs" / "screenshots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
_IMPRESSIONS = [Impression.BENIGN, Impression.BENIGN, Impression.UNSURE, Impression.MALIGNANT] * 2
_SHAPES = [
    (0.22, 0.05, 0.7),
    (0.3, 0.15, 0.85),
    (0.18, 0.03, 0.5),
    (0.26, 0.2, 0.9),
    (0.2, 0.06, 0.6),
    (0.34, 0.1, 0.8),
]


def main() -> int:
    """Fill a home of its own, start the app on it, and write a PNG of each page."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        _fill(Path(home))
        with _server(Path(home)) as address, sync_playwright() as playwright:
            executable = next(filter(None, map(which, BROWSERS)), None)
            browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
            _take_all(browser, address, Path(home))
            browser.close()
    return 0


def draw_files(n: int) -> list[Upload]:
    """Drawn lesions of several shapes, sizes and shades."""
    files = []
    for seed in range(n):
        radius, irregularity, darkness = _SHAPES[seed % len(_SHAPES)]
        lesion = DrawnLesion(1200, 900, radius=radius, irregularity=irregularity, darkness=darkness, seed=seed)
        files.append(Upload(f"synthetic-{seed:02d}.jpg", draw_jpeg(lesion)))
    return files


def _fill(home: Path) -> None:
    settings = Settings.from_environment()
    record = open_record(replace(settings, home=home, database_url=f"sqlite:///{home / 'lesionwise.db'}"))
    classifier = Classifier.load(settings.model_folder, settings.torch_threads)
    sites, sexes = list(AnatomSite), list(Sex)
    for n, upload in enumerate([*_two_visits(), *draw_files(5)]):
        keep_first_read(
            submission_id=f"screenshot-{n}",
            impression=_IMPRESSIONS[n],
            confidence=Confidence.MODERATE,
            diagnosis=None,
            reader="Reader A",
            record=record,
        )
        analysis = analyse_upload(upload=upload, classifier=classifier)
        draft = CaseDraft(
            submission_id=f"screenshot-{n}",
            filename=upload.filename,
            pseudonym=f"P-{1040 + n // 2}",
            lesion_label="L1",
            anatom_site=sites[n // 2 % len(sites)],
            age_years=40 + n,
            sex=sexes[n // 2 % 2],
            reader="Reader A",
            visited_on=date(2026, 3 + 3 * (n % 2), 2),
        )
        case_id = save_case(draft=draft, analysis=analysis, record=record)
        confirm_diagnosis(case_id=case_id, diagnosis=_confirmed(n), record=record)
        if n % 2:
            review_case(case_id=case_id, review=Review(Band.REFER, "", "Reader A", utc_now()), record=record)
    for case_id, due_on, reason in ((1, date(2026, 9, 2), "Third look"), (3, date(2027, 6, 2), "Yearly look")):
        lesion_id = load_case(case_id=case_id, record=record)[0].lesion_id or 0
        set_recall(lesion_id=lesion_id, due_on=due_on, reason=reason, who="Reader A", record=record)
    _fill_batch(record, classifier)


def _two_visits() -> list[Upload]:
    """One lesion, a little larger three months later."""
    lesions = [DrawnLesion(1200, 900, radius=radius, irregularity=0.1, darkness=0.8, seed=3) for radius in (0.2, 0.22)]
    return [Upload(f"synthetic-visit-{n}.jpg", draw_jpeg(lesion)) for n, lesion in enumerate(lesions, start=1)]


def _confirmed(n: int) -> ConfirmedDiagnosis:
    is_malignant = n % 3 == 0
    diagnosis = Diagnosis.MELANOMA if is_malignant else Diagnosis.NEVUS
    how = ConfirmType.HISTOPATHOLOGY
    return ConfirmedDiagnosis(diagnosis, is_malignant, how, date(2026, 7, 1), "", "Reader A", utc_now())


def _fill_batch(record: Record, classifier: Classifier) -> None:
    taken = [TakenIn(upload) for upload in draw_files(11)] + [TakenIn(Upload("broken.jpg", b"\xff\xd8\xff"))]
    batch_id = create_batch(name="Morning clinic", taken=taken, reader="Reader A", record=record, mode=BatchMode.TRIAGE)
    run_batch(batch_id=batch_id, classifier=classifier, record=record)


@contextmanager
def _server(home: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "dashboard", "serve", "--port", str(port)]
    environment = {**os.environ, "LESIONWISE_HOME": str(home)}
    server = subprocess.Popen(command, cwd=PROJECT_ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)


def _take_all(browser: Browser, address: str, home: Path) -> None:
    upload = home / "synthetic-lesion.jpg"
    upload.write_bytes(draw_jpeg(DrawnLesion(1200, 900, radius=0.28, irregularity=0.13, darkness=0.95, seed=7)))
    for scheme, names in (("light", ("analyse", "heatmap")), ("dark", (None, "dark"))):
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
        _take_analyse(page, address, upload, names)
        page.close()
    page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
    addresses = {"batch": "batch?batch=1", "cases": "cases", "case": "case?case=2", "performance": "performance"}
    addresses |= {name: name for name in ("recalls", "agreement", "model_card", "settings")}
    for name, path in {**addresses, "follow_up": "follow_up?lesion=1"}.items():
        page.goto(f"{address}/{path}")
        page.get_by_text("Decision support for clinicians").last.wait_for(timeout=60_000)
        _shoot(page, name)
    _take_gate(page, address, home)


def _take_gate(page: Page, address: str, home: Path) -> None:
    sheet = home / "a-letter.png"
    Image.new("RGB", (1200, 900), "white").save(sheet)
    page.goto(address)
    page.locator("input[type=file]").set_input_files(sheet)
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("button", name="Classify Skin Lesion").click()
    page.get_by_text("No score").first.wait_for(timeout=60_000)
    _shoot(page, "gate")


def _take_analyse(page: Page, address: str, upload: Path, names: tuple[str | None, str]) -> None:
    page.goto(address)
    page.locator("input[type=file]").set_input_files(upload)
    page.get_by_role("button", name="Skip").wait_for(timeout=60_000)
    if names[0]:
        _shoot(page, "first_read")
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("button", name="Classify Skin Lesion").click()
    page.locator(".lw-number").wait_for(timeout=60_000)
    if names[0]:
        _shoot(page, names[0])
    page.get_by_text("Show heat map").click()
    page.get_by_text("Heat map: where").wait_for(timeout=60_000)
    _shoot(page, names[1])


def _shoot(page: Page, name: str) -> None:
    page.wait_for_timeout(2500)  # pictures, fonts and charts are drawn after the text
    page.mouse.move(640, 795)
    page.screenshot(path=OUT / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
