"""The faults happen among the same three towns as the intermediary's tests."""

from tests.systems.intermediary.conftest import towns

__all__ = ["towns"]
