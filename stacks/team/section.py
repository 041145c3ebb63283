"""A mapping of a team file as a model."""

from typing import get_args

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo


class Section(BaseModel):
    """A mapping of the team file: no unknown keys, no guessing at types, no change once read."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def section_of(field: FieldInfo) -> type[BaseModel] | None:
    """The model of a key that holds keys of its own."""
    kinds = (field.annotation, *get_args(field.annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
