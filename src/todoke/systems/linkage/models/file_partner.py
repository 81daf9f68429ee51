"""ファイル連携の相手: what proves that a file is an existing system's, and how its folder is kept."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever
from todoke.systems.linkage.models.existing_system import ExistingSystem


class FilePartner(models.Model):
    """`signing_key`: the system's public key for its notes. `recipient`: what its files are sealed for (age1…), empty:
    they lie in its closed folder in the clear. `account`: the account of the operating system that owns the folder."""

    system = models.OneToOneField(ExistingSystem, on_delete=models.PROTECT, primary_key=True)
    signing_key = models.TextField()
    recipient = models.TextField(db_default="")
    account = models.TextField(db_default="")
    registered_at = models.DateTimeField()
    registered_by = models.TextField()

    privacy = Privacy(
        open="system signing_key recipient account registered_at registered_by",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(signing_key__regex="^[0-9a-f]{64}$"), name="file_partner_key_is_ed25519"
            ),
        ]
