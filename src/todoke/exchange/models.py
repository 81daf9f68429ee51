"""送信箱・受信箱・送信先 (outbox, inbox, receivers): tables of every system that talks to another realm."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from todoke.exchange.envelope import MAX_KEY
from todoke.exchange.kinds import MAX_NAME
from todoke.exchange.parties import MAX_PARTY
from todoke.privacy.classes import Privacy
from todoke.privacy.retention import EXCHANGES, NO_LONGER_NEEDED, NOT_PERSONAL, SAFEGUARDS, for_ever, years


class OutboxMessage(models.Model):
    """送信箱の一通: written in the sender's transaction, kept as long as the key must stay taken.

    The body is personal data and is held only while the message waits; its digest stays. `parcel`: the key under which
    it travels, alone or with others, and `sent_sha256` the digest of what travels under it: both written before it is
    sent and never changed but after a refusal (parcels). Empty: of a kind that travels alone, as it is.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "送信待ち"
        DELIVERED = "delivered", "回答受領"
        REFUSED = "refused", "受付拒否"

    id = models.BigAutoField(primary_key=True)
    sender = models.CharField(max_length=MAX_PARTY)
    receiver = models.CharField(max_length=MAX_PARTY)
    contract = models.CharField(max_length=MAX_NAME)
    message_key = models.CharField(max_length=MAX_KEY)
    parcel = models.CharField(max_length=MAX_KEY, db_default="")
    sent_sha256 = models.CharField(max_length=64, db_default="")
    body = models.BinaryField(null=True)
    body_sha256 = models.CharField(max_length=64)
    queued_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=10, choices=State, db_default=State.WAITING)
    attempts = models.IntegerField(db_default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    last_error = models.CharField(max_length=100, db_default="")
    settled_at = models.DateTimeField(null=True)
    answer_id = models.UUIDField(null=True)
    answer_sha256 = models.CharField(max_length=64, db_default="")

    privacy = Privacy(
        open=(
            "id sender receiver contract message_key parcel sent_sha256 body_sha256 queued_at state attempts "
            "next_attempt_at last_error settled_at answer_id answer_sha256"
        ),
        sealed="body",
        keep=years(7, since="settled_at", law=EXCHANGES),
    )

    class Meta:
        db_table = "exchange_outbox"
        constraints = (
            models.UniqueConstraint(fields=("sender", "receiver", "message_key"), name="outbox_key_once"),
            models.CheckConstraint(
                condition=Q(state="waiting", body__isnull=False, settled_at__isnull=True)
                | Q(state__in=("delivered", "refused"), body__isnull=True, settled_at__isnull=False),
                name="outbox_body_only_while_waiting",
            ),
            models.CheckConstraint(
                condition=~Q(state="delivered")
                | Q(answer_id__isnull=False, answer_sha256__regex=r"^[0-9a-f]{64}$"),
                name="outbox_delivered_has_answer",
            ),
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="outbox_not_to_itself"),
        )
        indexes = (
            models.Index(
                fields=("sender", "receiver", "contract", "id"),
                name="outbox_queue",
                condition=Q(state="waiting"),
            ),
        )


class InboxMessage(models.Model):
    """受信箱の一通: the first answer (or final refusal) to a key. Of the request only the digest is kept."""

    message_id = models.UUIDField(primary_key=True)
    receiver = models.CharField(max_length=MAX_PARTY)
    sender = models.CharField(max_length=MAX_PARTY)
    contract = models.CharField(max_length=MAX_NAME)
    message_key = models.CharField(max_length=MAX_KEY)
    request_sha256 = models.CharField(max_length=64)
    answer = models.BinaryField(null=True)
    error_code = models.CharField(max_length=50, db_default="")
    received_at = models.DateTimeField(db_default=Now())

    privacy = Privacy(
        open="message_id receiver sender contract message_key request_sha256 error_code received_at",
        sealed="answer",
        keep=years(1, since="received_at", law=NO_LONGER_NEEDED),
    )

    class Meta:
        db_table = "exchange_inbox"
        constraints = (
            models.UniqueConstraint(fields=("receiver", "sender", "message_key"), name="inbox_key_once"),
            models.CheckConstraint(
                condition=Q(answer__isnull=False, error_code="") | Q(answer__isnull=True) & ~Q(error_code=""),
                name="inbox_answer_or_refusal",
            ),
        )


class ReceiverState(models.TextChoices):
    """Whether messages to a receiver leave now."""

    OPEN = "open", "送信中"
    PAUSED = "paused", "停止中（自動で再開）"


class Pause(models.TextChoices):
    """Why messages to a receiver wait."""

    UNREACHABLE = "unreachable", "応答がない"
    NOT_ACCEPTING = "not_accepting", "相手が受付を止めている"


class Receiver(models.Model):
    """送信先の一つ: whether we send to it now, and when it is tried again. Written by `circuit` only."""

    sender = models.CharField(max_length=MAX_PARTY)
    receiver = models.CharField(max_length=MAX_PARTY)
    state = models.CharField(max_length=10, choices=ReceiverState, db_default=ReceiverState.OPEN)
    reason = models.CharField(max_length=20, choices=Pause, db_default="")
    since = models.DateTimeField()
    failures = models.IntegerField(db_default=0)
    next_try_at = models.DateTimeField(null=True)
    last_good_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open="id sender receiver state reason since failures next_try_at last_good_at",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "exchange_receiver"
        constraints = (
            models.UniqueConstraint(fields=("sender", "receiver"), name="receiver_once"),
            models.CheckConstraint(
                condition=Q(state="open", reason="", next_try_at__isnull=True)
                | Q(state="paused", reason__in=Pause.values, next_try_at__isnull=False),
                name="receiver_pause_says_why_and_until",
            ),
        )


class ReceiverChange(models.Model):
    """送信先の状態の変化, one row a change: when sending stopped and when it went on."""

    sender = models.CharField(max_length=MAX_PARTY)
    receiver = models.CharField(max_length=MAX_PARTY)
    state = models.CharField(max_length=10, choices=ReceiverState)
    reason = models.CharField(max_length=20, choices=Pause, db_default="")
    at = models.DateTimeField()

    privacy = Privacy(open="id sender receiver state reason at", keep=years(1, since="at", law=SAFEGUARDS))

    class Meta:
        db_table = "exchange_receiver_change"
        indexes = (models.Index(fields=("receiver", "at"), name="receiver_change_by_time"),)
