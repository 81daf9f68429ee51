"""What `bench_exchange` runs in other processes, by name: models are imported only there, after the realm is entered."""

from __future__ import annotations

from typing import Any

from todoke.sites.instance import Instance


def single(instance: Instance, rate: float, seconds: float, persons: int, run: str) -> dict[str, Any]:
    """See exchange_load."""
    from todoke.sites.demonstration import exchange_load

    return exchange_load.single(instance, rate, seconds, persons, run)


def bulk(instance: Instance, count: int, persons: int, run: str) -> dict[str, Any]:
    """See exchange_load."""
    from todoke.sites.demonstration import exchange_load

    return exchange_load.bulk(instance, count, persons, run)
