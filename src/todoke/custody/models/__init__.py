"""Tables of purges and exports. One table a file."""

from todoke.custody.models.export import Export
from todoke.custody.models.purge import Purge, PurgeKey

__all__ = ["Export", "Purge", "PurgeKey"]
