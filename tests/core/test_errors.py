"""Every error tells the clinician what happened and what to do next."""

import inspect

import pytest

from core import errors
from core.errors import LesionwiseError

CLASSES = [found for _, found in inspect.getmembers(errors, inspect.isclass) if found.__module__ == errors.__name__]
WITH_A_SENTENCE = [error for error in CLASSES if error is not errors.PictureGated]  # it takes what the gates found


@pytest.mark.parametrize("error", WITH_A_SENTENCE)
def test_each_error_has_its_sentence_and_a_next_step(error: type[LesionwiseError]) -> None:
    raised = error("The picture is gone.")
    assert isinstance(raised, LesionwiseError)
    assert str(raised) == "The picture is gone."
    assert raised.next_step[0].isupper()
    assert raised.next_step.endswith(".")
    assert len(raised.next_step.split()) >= 5


@pytest.mark.parametrize("error", WITH_A_SENTENCE)
def test_a_next_step_of_its_own_replaces_the_classs(error: type[LesionwiseError]) -> None:
    assert error("Gone.", "Look elsewhere.").next_step == "Look elsewhere."
    assert error("Gone.").next_step != "Look elsewhere."


@pytest.mark.parametrize("error", CLASSES)
def test_the_tree_drawn_in_the_module_names_every_class(error: type[LesionwiseError]) -> None:
    assert error.__name__ in str(errors.__doc__)
