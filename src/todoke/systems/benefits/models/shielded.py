"""支援措置に準じて秘匿する人: whom a list, and no register, says to be protected."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent


class Shielded(models.Model):
    """A person who fled (避難の申出) by the edition of the special persons' list in use; the whole of it, replaced with it.

    Masked like whoever a register protects (actions/registers/shielding.py).
    """

    resident_code = models.TextField(primary_key=True)
    source = models.ForeignKey("benefits.Source", on_delete=models.PROTECT, db_index=False)
    noted_on = models.DateField()

    privacy = Privacy(open="source", personal="resident_code noted_on", keep=with_parent("source"))
