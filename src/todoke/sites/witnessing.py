"""Realms as each other's witnesses: checkpoints go out by the outbox, and come back co-signed or refused, loudly.

Neither side logs a success: else each co-signature would make a new checkpoint, for ever. What was signed stands in
`oplog_witnessed` and `oplog_cosignature`; a refusal is an entry in both logs.
"""

from __future__ import annotations

import hashlib
import logging

from django.db import transaction

from todoke.access import parties as actors
from todoke.contracts.witnessing import CHECKPOINT, CheckpointNote, Cosignature
from todoke.exchange import outbox, parties
from todoke.exchange.handlers import handles, on_answer, on_refusal
from todoke.exchange.models import OutboxMessage
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog import keys, witnesses
from todoke.oplog.entry import Outcome
from todoke.oplog.record import record, record_refusal
from todoke.sites import log_keeping
from todoke.sites.instance import Instance
from todoke.sites.realms import DIRECTORY, PER_MUNICIPALITY, Realm, alias, realm_of, system_of

REFUSED = "oplog:checkpoint:refused"
_log = logging.getLogger("todoke.oplog")
_REALM_OF_PARTY = {"city": Realm.CITY, "platform": Realm.PLATFORM, "network": Realm.NATIONAL}


def send_checkpoints(instance: Instance, realm: Realm) -> int:
    """Send the newest checkpoint of every log to the witnesses that have not signed it; how many messages.

    At most one per log and witness is on its way, so a realm that is down costs the others nothing.
    """
    return sum(
        _send(instance, log, witness)
        for log in log_keeping.logs_of(instance, realm)
        for witness in witnesses_of(instance, realm)
    )


def witnesses_of(instance: Instance, realm: Realm) -> list[str]:
    """The parties that witness a realm's logs: the door of each other realm."""
    doors = {
        Realm.CITY: parties.city(instance.city),
        Realm.PLATFORM: parties.platform(instance.city),
        Realm.NATIONAL: parties.NETWORK,
    }
    return [party for other, party in doors.items() if other is not realm]


def _send(instance: Instance, log: str, witness: str, held: int | None = None) -> int:
    newest = witnesses.newest_checkpoint(log)
    if newest is None:
        return 0
    size, note = newest
    sender, box = _door_of(instance, log)
    origin, witness_name = keys.origin(instance.name, log), _signer(instance, witness)
    known = witnesses.cosigned_size(box, origin=origin, witness_name=witness_name)
    old = known if held is None else held
    if known >= size or (held is None and _on_its_way(box, sender, witness, log)):
        return 0
    body = CheckpointNote(
        log=log,
        note=note,
        old=old,
        proof=[step.hex() for step in witnesses.proof(log, old=old, size=size)],
    )
    # of a rewritten log the same size is another message
    note_hash = hashlib.sha256(note.encode()).hexdigest()[:16]
    key = f"checkpoint/{log}/{size}/{old}/{note_hash}/{witness}"
    with transaction.atomic(using=box):
        outbox.send(box, sender=sender, receiver=witness, kind=CHECKPOINT, body=body, key=key)
    return 1


@handles(CHECKPOINT, senders=lambda _alias, sender: sender.partition(":")[0] in _REALM_OF_PARTY)
def checkpoint_arrived(receiver: str, sender: str, body: CheckpointNote) -> Cosignature:
    """A checkpoint of another realm's log: co-sign it when it continues what we know; else refuse, and log that."""
    instance = Instance.load()
    realm, own = _REALM_OF_PARTY[sender.partition(":")[0]], _realm_of_alias(receiver)
    try:
        if body.log not in log_keeping.logs_of(instance, realm) or realm is own:
            raise TodokeError(ErrorCode.MESSAGE_INVALID, detail="送信者の領域の記録ではありません")
        signed = witnesses.witness(
            receiver,
            note=body.note,
            origin=keys.origin(instance.name, body.log),
            signer=(
                keys.signer_name(instance.name, realm.value),
                keys.public_key(instance.path, realm.value),
            ),
            old=body.old,
            proof=[bytes.fromhex(step) for step in body.proof],
            name=keys.signer_name(instance.name, own.value),
            key=keys.signing_key(log_keeping.keys_folder(instance, own)),
        )
    except (TodokeError, ValueError) as error:
        reason = error.code if isinstance(error, TodokeError) else ErrorCode.MESSAGE_INVALID
        _log.error("%s の記録 %s を証人として拒みました: %s", sender, body.log[:40], reason.name)
        subject = f"{sender} {body.log[:40]} {reason.name}"
        record_refusal(receiver, by=actors.actor(sender), verb=REFUSED, subject=subject)
        if isinstance(error, TodokeError):
            raise
        raise TodokeError(ErrorCode.MESSAGE_INVALID, detail="証明の形式が違います") from None
    return Cosignature(line=signed.line, held=signed.held)


@on_answer(CHECKPOINT)
def cosignature_arrived(box: str, key: str, body: CheckpointNote, answer: Cosignature) -> None:
    """Keep the witness's signature; or, when it knows another beginning, send again with a proof from there."""
    instance = Instance.load()
    witness = key.rpartition("/")[2]
    if not answer.line:
        _send(instance, body.log, witness, held=answer.held)
        return
    realm = _REALM_OF_PARTY[witness.partition(":")[0]]
    witnesses.keep_cosignature(
        box,
        origin=keys.origin(instance.name, body.log),
        note=body.note,
        line=answer.line,
        witness_name=keys.signer_name(instance.name, realm.value),
        key=keys.public_key(instance.path, realm.value),
    )


@on_refusal(CHECKPOINT)
def checkpoint_refused(box: str, key: str, body: CheckpointNote, error_code: str) -> None:
    """A witness says that our log does not continue: an entry in our log, and a line for whoever watches."""
    _log.error("証人が記録 %s を拒みました: %s", body.log, error_code)
    subject = f"{key} {error_code}"
    by = actors.actor(_door_of(Instance.load(), body.log)[0])
    record(box, by=by, verb=REFUSED, subject=subject, outcome=Outcome.REFUSED)


def _on_its_way(box: str, sender: str, witness: str, log: str) -> bool:
    waiting = OutboxMessage.objects.using(box).filter(
        sender=sender,
        receiver=witness,
        contract=CHECKPOINT.name,
        state="waiting",
        message_key__startswith=f"checkpoint/{log}/",
    )
    return waiting.exists()


def _door_of(instance: Instance, log: str) -> tuple[str, str]:
    """The party and the outbox through which a log's checkpoints leave its realm."""
    realm = _realm_of_alias(log)
    if realm is Realm.CITY:
        return parties.city(instance.city), alias("linkage")
    if realm is Realm.NATIONAL:
        return parties.NETWORK, alias("network")
    code = log.partition("_")[2] if system_of(log) == PER_MUNICIPALITY else instance.city
    return parties.platform(code), alias(PER_MUNICIPALITY, code)


def _realm_of_alias(name: str) -> Realm:
    system = system_of(name)
    return realm_of(system, name.partition("_")[2] if system == DIRECTORY else None)


def _signer(instance: Instance, party: str) -> str:
    return keys.signer_name(instance.name, _REALM_OF_PARTY[party.partition(":")[0]].value)
