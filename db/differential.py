"""How a differential is kept in one column of the prediction it belongs to."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from core.taxonomy import Diagnosis


class DifferentialJson(TypeDecorator[Mapping[Diagnosis, float]]):
    """Probabilities by diagnosis as a JSON object, in ISIC's words and the network's order; an empty one is NULL."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Mapping[Diagnosis, float] | None, dialect: Dialect) -> dict[str, float] | None:
        """Raises ValueError for what is no probability, which the database could not check inside the object."""
        if not value:
            return None
        wrong = [probability for probability in value.values() if not 0 <= probability <= 1]
        if wrong:
            raise ValueError(f"expected probabilities between 0 and 1 in a differential, got {wrong}")
        return {str(diagnosis): probability for diagnosis, probability in value.items()}

    def process_result_value(self, value: dict[str, Any] | None, dialect: Dialect) -> dict[Diagnosis, float]:
        """The stored probabilities; none where the network gave none."""
        return {Diagnosis(name): probability for name, probability in (value or {}).items()}
