"""What is installed of the shipped network's gates is what was measured: head, limits and figures are of one run."""

import pytest

from core.classifier.card import ModelCard, read_card
from core.evaluation.gates_report import GatesReport, read_gates
from core.gates.artefacts import FOLDER, Limit, read_limits
from core.gates.heat import read_heat_limits
from core.gates.scope import read_scope_head
from core.settings import PROJECT_ROOT, Settings

MODEL = Settings.from_environment().model_folder


@pytest.fixture(scope="module")
def card() -> ModelCard:
    return read_card(MODEL)


@pytest.fixture(scope="module")
def measured(card: ModelCard) -> GatesReport:
    found = read_gates(MODEL, card.weights_sha256)
    assert found is not None
    return found


def test_the_scope_gate_is_the_one_that_was_measured(card: ModelCard, measured: GatesReport) -> None:
    head = read_scope_head(MODEL, card)
    assert head is not None
    assert head.threshold == measured.scope_threshold


def test_the_limits_of_the_flags_are_those_that_were_measured(measured: GatesReport) -> None:
    limits = read_limits(PROJECT_ROOT / "weights" / FOLDER)
    assert {name: Limit(**values) for name, values in measured.artefact_limits.items()} == {
        str(artefact): limit for artefact, limit in limits.items()
    }


def test_the_limits_of_the_heat_are_those_that_were_measured(card: ModelCard, measured: GatesReport) -> None:
    limits, heat = read_heat_limits(MODEL, card.weights_sha256), measured.heat
    assert heat is not None
    assert (limits.max_outside, limits.max_on_artefacts) == (heat.max_outside, heat.max_on_artefacts)
