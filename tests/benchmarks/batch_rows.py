"""How long a batch of 1,000 pictures takes from the click that opens it to its first rows on the screen."""

import statistics
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from browser import open_page, serve_app
from playwright.sync_api import Page

from core import APP_VERSION
from core.domain import ModelIdentity, Prediction
from core.imaging.decode import decode
from core.imaging.drawn import DrawnLesion, as_jpeg, draw_lesion
from core.settings import Settings
from core.taxonomy import Band, BatchMode, BatchState
from dashboard.workflow.record import Record, open_record, utc_now
from db.repositories.batch_rows import BatchFile, ScoredFile

N_PICTURES = 1000
_N_LESIONS = 50  # drawn lesions; each is kept at twenty JPEG qualities, so that no two pictures are the same
_N_CLICKS = 5
_IN_A_ROW = 6
_ARE_THERE = f"""() => {{
    const shown = [...document.querySelectorAll('.lw-thumbnail')].slice(0, {_IN_A_ROW});
    return shown.length === {_IN_A_ROW} && shown.every(picture => picture.complete && picture.naturalWidth > 0);
}}"""
_IDENTITY = ModelIdentity("drawn", "1", "w" * 64, "c" * 64, "none")


def measure_batch_rows(settings: Settings, folder: Path) -> dict[str, float]:
    """Median and worst of five openings, the first of them with no thumbnail made yet."""
    home = folder / "rows-home"
    fill_batch(open_record(replace(settings, home=home, database_url=f"sqlite:///{home / 'lesionwise.db'}")))
    with serve_app(home) as address, open_page() as page:
        seconds = [_open_batch(page, f"{address}batch") for _ in range(_N_CLICKS)]
    return {"batch_1000_first_rows_s": statistics.median(seconds), "batch_1000_first_rows_worst_s": max(seconds)}


def fill_batch(record: Record, n_pictures: int = N_PICTURES) -> None:
    """A finished batch, by risk, of drawn pictures of 800 x 600 with drawn scores."""
    drawn = [draw_lesion(DrawnLesion(width_px=800, height_px=600, seed=seed)) for seed in range(_N_LESIONS)]
    contents = [as_jpeg(drawn[n % _N_LESIONS], 75 + n // _N_LESIONS) for n in range(n_pictures)]
    images = [record.keep_picture(content, decode(content)) for content in contents]
    with record.writing() as work:
        files = [BatchFile(f"{n:04}.jpg") for n in range(n_pictures)]
        batch_id = work.batches.create(
            name="thousand", source="upload", reader="bench", created_at=utc_now(), files=files, mode=BatchMode.TRIAGE
        )
        waiting = work.batches.waiting(batch_id)
        scored = [
            ScoredFile(row.item_id, image, _prediction((n * 37 % n_pictures) / n_pictures))
            for n, (row, image) in enumerate(zip(waiting, images, strict=True))
        ]
        work.batches.record_scored_many(scored, predicted_at=utc_now(), app_version=APP_VERSION)
        work.batches.set_state(batch_id, BatchState.FINISHED)


def _prediction(probability: float) -> Prediction:
    return Prediction(
        malignant_probability=probability,
        raw_probability=probability,
        band=Band.REFER if probability >= 0.4 else Band.NO_CONCERN,
        operating_threshold=0.4,
        no_concern_threshold=0.1,
        model=_IDENTITY,
        embedding=np.zeros(1280, np.float16),
    )


def _open_batch(page: Page, address: str) -> float:
    page.goto(address)
    button = page.get_by_role("button", name="Open", exact=True)
    button.wait_for(timeout=60_000)
    page.wait_for_timeout(1000)  # whatever else the page still does is none of the opening
    started = time.perf_counter()
    button.click()
    page.locator('[title$=".jpg"]').nth(_IN_A_ROW - 1).wait_for(timeout=60_000)
    page.wait_for_function(_ARE_THERE, timeout=60_000)
    return time.perf_counter() - started
