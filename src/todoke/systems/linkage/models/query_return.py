"""照会結果の返送: which file carried a query's result back to the system that asked by file."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.linkage.models.exchanged_file import ExchangedFile
from todoke.systems.linkage.models.query import Query


class QueryReturn(models.Model):
    """Each result goes back once; linkage drops its items when the file is acknowledged (S8)."""

    query = models.OneToOneField(Query, on_delete=models.PROTECT, primary_key=True)
    file = models.ForeignKey(ExchangedFile, on_delete=models.PROTECT)

    privacy = Privacy(open="query file", keep=with_parent("query"))
