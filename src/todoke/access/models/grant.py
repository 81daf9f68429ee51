"""権限: section asks, administrator sets, section confirms — three people (PIA III.3 アクセス権限の管理)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent


class GrantState(models.TextChoices):
    """Where a right stands. Only a confirmed one counts, and only within its dates."""

    REQUESTED = "requested", "依頼済み"
    SET = "set", "設定済み・確認待ち"
    CONFIRMED = "confirmed", "有効"
    REVOKED = "revoked", "取消し"
    EXPIRED = "expired", "確認されず失効"


class Grant(models.Model):
    """A role in a duty, dated and bound. Empty `municipality` or `ward`: not bound. Both dates are included.

    Guards: begins as requested; set by somebody who is an administrator, asked and confirmed by section managers,
    four different people with the holder; what was written once stays; never removed. `origin` "bootstrap"
    (最初の登録) is confirmed without them and only possible before anybody ever signed in.
    """

    staff = models.ForeignKey("access.Staff", on_delete=models.PROTECT, related_name="grants")
    role = models.TextField()
    duty = models.TextField()
    municipality = models.TextField(default="")
    ward = models.TextField(default="")
    valid_from = models.DateField()
    valid_until = models.DateField()
    origin = models.TextField(default="request")
    state = models.TextField(choices=GrantState, default=GrantState.REQUESTED)
    reason = models.TextField(default="")
    requested_by = models.TextField()
    requested_at = models.DateTimeField()
    set_by = models.TextField(default="")
    set_at = models.DateTimeField(null=True)
    confirmed_by = models.TextField(default="")
    confirmed_at = models.DateTimeField(null=True)
    ended_by = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open=(
            "id staff role duty municipality ward valid_from valid_until origin state "
            "requested_by requested_at set_by set_at confirmed_by confirmed_at ended_by ended_at"
        ),
        personal="reason",
        keep=with_parent("staff"),
    )

    class Meta:
        db_table = "access_grant"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="grant_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(origin__in=["request", "bootstrap"]), name="grant_origin"),
            models.CheckConstraint(
                condition=Q(municipality__regex=r"^([0-9]{5})?$"), name="grant_municipality_is_a_code"
            ),
            models.CheckConstraint(
                condition=Q(origin="bootstrap")
                | (
                    ~Q(set_by=F("requested_by"))
                    & ~Q(confirmed_by=F("requested_by"))
                    & (Q(set_by="") | ~Q(confirmed_by=F("set_by")))
                ),
                name="grant_three_people",
            ),
            models.CheckConstraint(
                condition=Q(origin="bootstrap")
                | (~Q(staff=F("requested_by")) & ~Q(staff=F("set_by")) & ~Q(staff=F("confirmed_by"))),
                name="grant_not_by_its_holder",
            ),
            models.CheckConstraint(
                condition=Q(state="requested", set_by="", confirmed_by="", ended_by="")
                | (Q(state="set", confirmed_by="", ended_by="") & ~Q(set_by=""))
                | (Q(state="confirmed", ended_by="") & ~Q(set_by="") & ~Q(confirmed_by=""))
                | (Q(state__in=["revoked", "expired"]) & ~Q(ended_by="")),
                name="grant_state_has_its_people",
            ),
            models.CheckConstraint(
                condition=Q(set_at__isnull=True, set_by="") | (Q(set_at__isnull=False) & ~Q(set_by="")),
                name="grant_set_at_by",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by="")
                | (Q(confirmed_at__isnull=False) & ~Q(confirmed_by="")),
                name="grant_confirmed_at_by",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="")
                | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="grant_ended_at_by",
            ),
            models.UniqueConstraint(
                fields=["staff", "role", "duty", "municipality", "ward", "valid_from"],
                condition=Q(state__in=["requested", "set", "confirmed"]),
                name="grant_not_twice",
            ),
        ]
