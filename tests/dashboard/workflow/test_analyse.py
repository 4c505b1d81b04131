import pytest

from core.domain import Upload
from core.errors import CorruptImage
from core.imaging.decode import decode
from dashboard.workflow.analyse import analyse_upload
from tests.dashboard.conftest import DarknessClassifier, draw


def test_an_upload_becomes_an_analysis_with_all_that_was_found(classifier: DarknessClassifier) -> None:
    upload = Upload("lesion.jpg", draw())
    analysis = analyse_upload(upload=upload, classifier=classifier)
    assert analysis.upload is upload
    assert analysis.image.width_px == 96
    assert {note.name for note in analysis.quality} >= {"Resolution", "Sharpness", "Exposure"}
    assert 0 < analysis.prediction.malignant_probability < 1
    assert analysis.analysed_at.tzinfo is not None


def test_each_analysis_is_a_submission_of_its_own(classifier: DarknessClassifier) -> None:
    upload = Upload("lesion.jpg", draw())
    first, second = (analyse_upload(upload=upload, classifier=classifier) for _ in range(2))
    assert first.submission_id != second.submission_id


def test_a_decoded_picture_is_not_decoded_again(classifier: DarknessClassifier) -> None:
    image = decode(draw())
    analysis = analyse_upload(upload=Upload("lesion.jpg", b"never read"), classifier=classifier, image=image)
    assert analysis.image is image


def test_a_broken_picture_is_not_scored(classifier: DarknessClassifier) -> None:
    with pytest.raises(CorruptImage):
        analyse_upload(upload=Upload("half.jpg", draw()[:1000]), classifier=classifier)
    assert classifier.n_scored == 0
