"""Which app's tables live in which database. Reads and writes are never routed: callers name the alias."""

from __future__ import annotations

from todoke.sites.realms import SHARED_APPS, system_of


def labels_of(system: str) -> frozenset[str]:
    """App labels whose tables stand in one system's database: its own and the shared tools it uses."""
    return frozenset({system} | {label for label, systems in SHARED_APPS.items() if system in systems})


class WallRouter:
    """Django database router. It has no opinion on reads, writes and relations (no relation crosses a wall)."""

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        """True only for an app that lives behind this alias; unknown apps and aliases get no table."""
        try:
            return app_label in labels_of(system_of(db))
        except ValueError:
            return False
