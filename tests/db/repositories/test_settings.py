from datetime import timedelta

from core.domain import SettingChange
from db.unit_of_work import UnitOfWork
from tests.db.conftest import NOON


def test_the_newest_change_of_each_setting_counts(work: UnitOfWork) -> None:
    for key, value in (("prevalence", "0.05"), ("blind_first_read", "yes"), ("prevalence", "0.02")):
        work.settings.set(key, value, who="dr a", at=NOON)
    assert work.settings.current() == {"prevalence": "0.02", "blind_first_read": "yes"}


def test_every_change_is_kept_newest_first(work: UnitOfWork) -> None:
    later = NOON + timedelta(days=1)
    work.settings.set("prevalence", "0.05", who="dr a", at=NOON)
    work.settings.set("prevalence", "0.02", who="dr b", at=later)
    assert work.settings.history() == (
        SettingChange("prevalence", "0.02", "dr b", later),
        SettingChange("prevalence", "0.05", "dr a", NOON),
    )


def test_without_a_change_there_is_no_setting(work: UnitOfWork) -> None:
    assert work.settings.current() == {}
    assert work.settings.history() == ()
