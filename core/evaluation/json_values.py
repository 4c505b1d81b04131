"""Result dataclasses to JSON values and back, by their type hints."""

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json_value(value: Any) -> Any:  # noqa: ANN401  (whatever a result holds)
    """Dataclasses become objects, by their own `as_json` where they have one; None and empty fields are left out."""
    if hasattr(value, "as_json"):
        return value.as_json()
    if is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: to_json_value(getattr(value, field.name)) for field in fields(value)}
        return {name: part for name, part in parts.items() if part is not None and part != {}}
    if isinstance(value, Mapping):
        return {str(key): to_json_value(part) for key, part in value.items()}
    return [to_json_value(part) for part in value] if isinstance(value, tuple) else value


def from_json_value(kind: type[T], values: Any) -> T:  # noqa: ANN401  (whatever JSON holds)
    """What `to_json_value` wrote, as the dataclass `kind`; fields that are left out get None or their default.

    Raises KeyError or TypeError where the values are not of that kind.
    """
    from_json: Callable[[Any], T] | None = getattr(kind, "from_json", None)
    if from_json is not None:
        return from_json(values)
    hints = get_type_hints(kind)
    return kind(**{name: _read(hint, values[name]) for name, hint in hints.items() if name in values})


def _read(hint: Any, value: Any) -> Any:  # noqa: ANN401
    if get_origin(hint) in (Union, types.UnionType):
        inner = next(part for part in get_args(hint) if part is not types.NoneType)
        return None if value is None else _read(inner, value)
    if get_origin(hint) is tuple:
        return tuple(_read(get_args(hint)[0], part) for part in value)
    if get_origin(hint) is Mapping:
        return {key: _read(get_args(hint)[1], part) for key, part in value.items()}
    return from_json_value(hint, value) if isinstance(hint, type) and is_dataclass(hint) else value
