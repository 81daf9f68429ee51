"""The fixtures of the systems' tests."""

from tests.systems.conftest import city_site

__all__ = ["city_site"]
