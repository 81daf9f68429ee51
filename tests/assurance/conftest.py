"""The fixtures of the assessment's tests."""

from tests.systems.conftest import city_site, world

__all__ = ["city_site", "world"]
