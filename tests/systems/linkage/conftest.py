"""The consistency check is tested among the same three towns as the intermediary."""

from tests.systems.intermediary.conftest import towns

__all__ = ["towns"]
