"""The sites of other rooms' tests: a city whose numbers, queries and payments can be looked at."""

from tests.systems.conftest import city_site
from tests.systems.intermediary.conftest import towns

__all__ = ["city_site", "towns"]
