"""転記: what was keyed from a sheet, by two people and, where they differ, by a third; and the picture of the sheet."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.benefits.rules.intake.form_entry import AUTHORITIES, PROXIES, ROUTES


class FormImage(models.Model):
    """様式の画像: one side of a sheet, encrypted with keys outside the database and bound to its sheet. Append-only."""

    paper = models.ForeignKey("benefits.Paper", on_delete=models.PROTECT)
    page = models.PositiveSmallIntegerField()
    media_type = models.TextField()
    key_id = models.PositiveIntegerField()
    sha256 = models.TextField()
    sealed = models.BinaryField()
    added_at = models.DateTimeField()
    added_by = models.TextField()

    privacy = Privacy(
        open="id paper page media_type key_id added_at added_by",
        personal="sha256",
        sealed="sealed",
        keep=with_parent("paper"),
    )

    class Meta:
        db_table = "benefits_form_image"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["paper", "page"], name="form_image_page_once"),
            models.CheckConstraint(
                condition=Q(media_type__in=["image/png", "image/jpeg"]), name="form_image_readable"
            ),
        ]


class FormEntry(models.Model):
    """One person's keying of one sheet, the first, the second or the third `number`; nobody keys a sheet twice.

    `account_changed` is the mandatory key 口座変更: without a change there is no account to key, and no proof of one.
    `proxy_identity_attached` and `proxy_authority`: what a proxy enclosed; null and empty where nobody acts for the payee.
    A third keying only settles a difference of the first two (trigger). Append-only.
    """

    paper = models.ForeignKey("benefits.Paper", on_delete=models.PROTECT)
    number = models.PositiveSmallIntegerField()
    route = models.TextField(choices=[(route, route) for route in ROUTES.values()])
    declines = models.BooleanField()
    supporter_taxed = models.BooleanField(null=True)
    proxy = models.TextField(blank=True, choices=[(proxy, proxy) for proxy in PROXIES.values()])
    identity_attached = models.BooleanField()
    account_changed = models.BooleanField()
    account_attached = models.BooleanField()
    bank_code = models.TextField(blank=True)
    branch_code = models.TextField(blank=True)
    account_type = models.TextField(blank=True)
    account_number = models.TextField(blank=True)
    holder_kana = models.TextField(blank=True)
    proxy_identity_attached = models.BooleanField(null=True)
    proxy_authority = models.TextField(
        db_default="", blank=True, choices=[(proof, proof) for proof in AUTHORITIES.values()]
    )
    entered_at = models.DateTimeField()
    entered_by = models.TextField()

    privacy = Privacy(
        open="id paper number entered_at entered_by",
        personal=(
            "route declines supporter_taxed proxy identity_attached account_changed account_attached bank_code branch_code"
            " account_type account_number holder_kana proxy_identity_attached proxy_authority"
        ),
        keep=with_parent("paper"),
    )

    class Meta:
        db_table = "benefits_form_entry"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["paper", "number"], name="form_entry_number_once"),
            models.UniqueConstraint(fields=["paper", "entered_by"], name="form_entry_by_another_person"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=3), name="form_entry_at_most_three"),
            models.CheckConstraint(
                condition=Q(account_changed=True)
                | Q(
                    account_attached=False, bank_code="", branch_code="", account_type="", account_number="",
                    holder_kana="",
                ),
                name="form_entry_unchanged_is_bare",
            ),
            models.CheckConstraint(
                condition=~Q(proxy="") | Q(proxy_identity_attached__isnull=True, proxy_authority=""),
                name="form_entry_proof_of_proxy",
            ),
            models.CheckConstraint(
                condition=Q(proxy_authority__in=list(AUTHORITIES.values())), name="form_entry_authority_known"
            ),
        ]  # fmt: skip
