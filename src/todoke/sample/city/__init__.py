"""The invented city: people, households, moves, taxes, numbers, neighbours and returned forms, as files."""

from todoke.sample.city.numbers import CANARY_INDIVIDUAL_NUMBER
from todoke.sample.city.writing import write

__all__ = ["CANARY_INDIVIDUAL_NUMBER", "write"]
