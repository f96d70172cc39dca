"""Column types that hand out the words of `domain.codes`."""

from enum import StrEnum
from typing import Any, Generic, TypeVar

from django.db import models

E = TypeVar("E", bound=StrEnum)


class NumberField(models.SmallIntegerField, Generic[E]):  # type: ignore[type-arg]
    """An enum stored as its `number` (API-1 and the like), read back as the enum."""

    def __init__(self, words: type[E] | None = None, **options: Any) -> None:
        self.words = words
        super().__init__(**options)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Migrations see a plain small integer: the words are not the database's affair."""
        name, _, args, kwargs = super().deconstruct()
        number = getattr(kwargs.get("default"), "number", None)
        if number is not None:
            kwargs["default"] = number
        return name, "django.db.models.SmallIntegerField", args, kwargs

    def from_db_value(self, value: int | None, *_: object) -> E | None:
        return None if value is None else self.to_python(value)

    def to_python(self, value: Any) -> E | None:
        if value is None or self.words is None or isinstance(value, self.words):
            return value  # type: ignore[no-any-return]
        return next(word for word in self.words if word.number == int(value))  # type: ignore[attr-defined]

    def get_prep_value(self, value: Any) -> int | None:
        number: int | None = getattr(value, "number", value)
        return number


class WordField(models.CharField, Generic[E]):  # type: ignore[type-arg]
    """An enum stored as its text, read back as the enum; null where there is none."""

    def __init__(self, words: type[E] | None = None, **options: Any) -> None:
        self.words = words
        options.setdefault("max_length", 32)
        super().__init__(**options)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Migrations see a plain character column."""
        name, _, args, kwargs = super().deconstruct()
        if isinstance(kwargs.get("default"), StrEnum):
            kwargs["default"] = str(kwargs["default"])
        return name, "django.db.models.CharField", args, kwargs

    def from_db_value(self, value: str | None, *_: object) -> E | None:
        return None if value is None or self.words is None else self.words(value)

    def to_python(self, value: Any) -> E | None:
        return None if value is None or self.words is None else self.words(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else str(value)
