"""Batch steps of 統合番号連携システム: thin over actions, resumable after any stop."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.conf import settings

from todoke.access.permissions import Actor
from todoke.batch.models import StepRun, StepState
from todoke.batch.progress import Meter
from todoke.batch.steps import Counts, StepReport, run_step
from todoke.contracts.intermediary import CODE_STANDINGS, RESULTS, CodeStandingsWanted, ResultsWanted
from todoke.engine import snapshots
from todoke.exchange import circuit, client, parties
from todoke.exchange.kinds import RECORD_LIMIT
from todoke.exchange.transport import Transport
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.linkage import codecs, queries
from todoke.systems.linkage.actions.codes.request_codes import request_codes
from todoke.systems.linkage.actions.codes.take_standings import take_standings
from todoke.systems.linkage.actions.codes.want_codes import want_codes
from todoke.systems.linkage.actions.conversions.run_conversion import run_conversion
from todoke.systems.linkage.actions.numbers.load_numbers import load_numbers
from todoke.systems.linkage.actions.numbers.rotate_keys import begin_rotation, end_rotation, reseal_chunk
from todoke.systems.linkage.actions.queries.begin_sending import begin_sending
from todoke.systems.linkage.actions.queries.check_intermediary import check_intermediary
from todoke.systems.linkage.actions.queries.give_up_queries import give_up_queries
from todoke.systems.linkage.actions.queries.send_queries import send_queries
from todoke.systems.linkage.actions.queries.take_results import take_results
from todoke.systems.linkage.actions.registrations.ask_attributes import ask_attributes, begin_run
from todoke.systems.linkage.actions.registrations.compare_attributes import compare_attributes
from todoke.systems.linkage.flows import OPEN, QueryState
from todoke.systems.linkage.models import ConsistencyRun, ConversionCount
from todoke.systems.linkage.models.consistency import COUNTED
from todoke.systems.linkage.models.intermediary_status import Seen
from todoke.systems.linkage.queries import codes, consistency
from todoke.systems.linkage.rules.conversions import WORDS

ALIAS = "linkage"
CONVERSION = "linkage:convert"
_ROTATION = "linkage:rotate-keys"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0


class Delivers(Protocol):
    """What a job needs of a dispatcher: deliver this system's outbox now (exchange.dispatch.Dispatcher)."""

    def drain(self, timeout: float) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Exchanged:
    """Where the queries of some batches stand. `open` counts those without any result yet."""

    open: int
    held: int
    answered: int
    no_record: int
    release_refused: int
    refused: int


def load(file: Path, *, by: Actor) -> list[StepReport]:
    """統合番号の付番 as a step: once per content of the file."""
    if not file.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=file.name)

    def work(meter: Meter) -> Counts:
        loaded = load_numbers(file=file, by=by)
        meter.total(loaded.persons)
        meter.advance(loaded.persons)
        totals = {"統合番号の付番": loaded.minted, "4情報の更新": loaded.renewed}
        return Counts(taken=loaded.persons, accepted=loaded.persons, totals=totals)

    key = snapshots.file_sha256(file)
    return [run_step(ALIAS, "linkage:load", key=key, by=by.staff_id, work=work, title="統合番号の付番")]


def convert_file(*, job_id: str, by: Actor) -> StepReport:
    """番号変換 of a received file as a step: one that was stopped is run again, an ended one is not."""

    def work(meter: Meter) -> Counts:
        job = run_conversion(job_id=job_id, by=by, told=meter.advance)
        outcomes = ConversionCount.objects.using(ALIAS).filter(job=job)
        by_word: dict[str, int] = {}
        for count in outcomes:
            by_word[WORDS[count.word]] = by_word.get(WORDS[count.word], 0) + count.records
        given = by_word.get(WORDS[""], 0)
        return Counts(taken=job.records, accepted=given, refused=job.records - given, totals=by_word)

    return run_step(ALIAS, CONVERSION, key=job_id, by=by.staff_id, work=work, title="番号変換")


def rotate_keys(*, by: Actor) -> StepReport:
    """鍵の更新 of 個人番号 as a step, once per generation; one that was stopped goes on."""
    stopped = StepRun.objects.using(ALIAS).filter(name=_ROTATION, state=StepState.RUNNING).first()
    key_id = int(stopped.key) if stopped else codecs.number_keys().newest.key_id + 1

    def work(meter: Meter) -> Counts:
        meter.total(begin_rotation(key_id=key_id, by=by))
        resealed = 0
        while count := reseal_chunk(key_id=key_id, by=by):
            meter.advance(count)
            resealed += count
        destroyed = end_rotation(key_id=key_id, by=by)
        return Counts(taken=resealed, accepted=resealed, totals={"廃棄した鍵の世代": destroyed})

    return run_step(ALIAS, _ROTATION, key=str(key_id), by=by.staff_id, work=work, title="個人番号の鍵の更新")


def acquire(
    *, batch_ids: Sequence[str] | None, by: Actor, transport: Transport, organisation: str = ""
) -> StepReport:
    """符号取得 for the persons of these batches' unsent queries, or of everybody (None), there at one organisation too."""

    def work(meter: Meter) -> Counts:
        meter.total(want_codes(batch_ids=batch_ids, by=by, organisation=organisation))
        requested = 0
        for key in queries.wanted_code_messages():
            count = request_codes(message_key=key, transport=transport, by=by)
            meter.advance(count)
            requested += count
        return Counts(taken=requested, accepted=requested)

    key = f"everybody {uuid.uuid4().hex}" if batch_ids is None else _key(batch_ids)
    return run_step(ALIAS, "linkage:codes", key=key, by=by.staff_id, work=work, title="符号の取得")


def send(*, batch_ids: Sequence[str], by: Actor, dispatcher: Delivers, patience: float = 120.0) -> StepReport:
    """情報照会の送信 of these batches.

    符号 arrive at the intermediary by themselves after `acquire`; queries that came too early are sent again
    until `patience` seconds have passed, and then end as 照会エラー (`no_link_code`).
    """

    def work(meter: Meter) -> Counts:
        begin_sending(batch_ids=batch_ids, by=by)
        total = sum(queries.state_counts(batch_ids).values())
        meter.total(total)
        _send_until_taken_on(batch_ids, by, dispatcher, time.monotonic() + patience)
        refused = queries.state_counts(batch_ids).get(QueryState.REFUSED, 0)
        meter.advance(total)
        return Counts(taken=total, accepted=total - refused, refused=refused)

    return run_step(
        ALIAS, "linkage:send", key=_key(batch_ids), by=by.staff_id, work=work, title="情報照会の送信"
    )


def stand(*, by: Actor, transport: Transport) -> int:
    """符号の取得結果の確認 of everybody whose 符号 was asked for; returns how many were acquired or failed."""
    return sum(_stand_at(organisation, by, transport) for organisation in codes.asking())


def _stand_at(organisation: str, by: Actor, transport: Transport) -> int:
    ended, after = 0, ""
    sender, receiver = _ends()
    while persons := codes.requested(organisation, after):
        answer = client.request(
            transport,
            sender=sender,
            receiver=receiver,
            kind=CODE_STANDINGS,
            body=CodeStandingsWanted(integrated_numbers=persons, organisation=organisation),
            key=f"standings {uuid.uuid4().hex}",
        )
        ended += take_standings(persons=persons, answer=answer, by=by, organisation=organisation)
        after = persons[-1]
    return ended


def carry_on(*, by: Actor, transport: Transport) -> Seen:
    """見張りの一回: ask the intermediary how it is, and go on with what was begun if it takes messages.

    That is: requests for 符号 that were chosen, their results, and queries whose sending was begun. Raises what the
    messages raise; a round that is cut short changes nothing, and the next one goes on.
    """
    seen = check_intermediary(transport=transport, by=by)
    if seen is Seen.RUNNING:
        for key in queries.wanted_code_messages():
            request_codes(message_key=key, transport=transport, by=by)
        stand(by=by, transport=transport)
        for batch_id in queries.begun_batches():
            send_queries(batch_id=batch_id, by=by, all_persons=False)
    return seen


def poll(*, by: Actor, transport: Transport) -> int:
    """情報照会結果の取得: everything the intermediary has reported by now; returns how many queries changed."""
    changed = 0
    while True:
        results = client.request(
            transport,
            sender=parties.city(settings.TODOKE_MUNICIPALITY),
            receiver=parties.platform(settings.TODOKE_MUNICIPALITY),
            kind=RESULTS,
            body=ResultsWanted(after=queries.result_cursor(), limit=RECORD_LIMIT),
            key=f"results {uuid.uuid4().hex}",
        )
        changed += take_results(results=results.records, by=by)
        if len(results.records) < RECORD_LIMIT:
            return changed


def wait(*, batch_ids: Sequence[str], by: Actor, transport: Transport, timeout: float) -> StepReport | None:
    """Poll until every query of these batches has a result (held is one), or `timeout` passes: then None."""

    def work(meter: Meter) -> Counts:
        total = sum(queries.state_counts(batch_ids).values())
        meter.total(total)
        _poll_until_closed(batch_ids, by, transport, time.monotonic() + timeout, meter)
        stand = standing(batch_ids)
        totals = {
            "回答あり": stand.answered,
            "該当なし": stand.no_record,
            "提供者確認中": stand.held,
            "提供不許可": stand.release_refused,
        }
        return Counts(taken=total, accepted=total - stand.refused, refused=stand.refused, totals=totals)

    try:
        return run_step(
            ALIAS, "linkage:wait", key=_key(batch_ids), by=by.staff_id, work=work, title="照会結果の取得"
        )
    except _StillOpen:
        return None


def exchange(
    batch_ids: Sequence[str],
    *,
    by: Actor,
    transport: Transport,
    dispatcher: Delivers,
    patience: float = 120.0,
    timeout: float = 300.0,
) -> list[StepReport]:
    """符号取得, 照会, 結果取得 of these batches from end to end; the same call continues after any stop.

    One report: that of 結果取得, or of the sending when `timeout` seconds were not enough for every result (the
    step is left unfinished then; `standing` tells how many queries are open). Raises UNAVAILABLE when a realm
    cannot be reached.
    """
    if not batch_ids:
        return []
    acquire(batch_ids=batch_ids, by=by, transport=transport)
    sent = send(batch_ids=batch_ids, by=by, dispatcher=dispatcher, patience=patience)
    return [wait(batch_ids=batch_ids, by=by, transport=transport, timeout=timeout) or sent]


def check_consistency(*, by: Actor, transport: Transport) -> ConsistencyRun:
    """住登外者の整合性確認 against 住基ネット: ask, compare, tidy up; a run that was stopped goes on where it stood.

    Raises UNAVAILABLE when 住基ネット cannot be reached: the same call continues later.
    """
    run = begin_run(by=by)

    def ask(meter: Meter) -> Counts:
        place, after, asked = consistency.progress(run)
        while persons := ask_attributes(run=run, place=place, after=after, transport=transport, by=by):
            place, after, asked = place + 1, persons[-1], asked + len(persons)
            meter.advance(len(persons))
        return Counts(taken=asked, accepted=asked)

    asked = run_step(
        ALIAS, "linkage:consistency-ask", key=str(run.pk), by=by.staff_id, work=ask, title="一括提供の求め"
    ).counts.taken

    def compare(meter: Meter) -> Counts:
        done = compare_attributes(run=run, asked=asked, by=by)
        meter.advance(asked)
        totals = {title: int(getattr(done, name) or 0) for name, title in COUNTED.items()}
        return Counts(taken=asked, accepted=asked, totals=totals)

    run_step(
        ALIAS,
        "linkage:consistency-compare",
        key=str(run.pk),
        by=by.staff_id,
        work=compare,
        title="整合性の確認",
    )
    run.refresh_from_db(using=ALIAS)
    return run


def standing(batch_ids: Sequence[str]) -> Exchanged:
    """Where the queries of these batches stand now."""
    counts = queries.state_counts(batch_ids)
    return Exchanged(
        open=sum(counts.get(state, 0) for state in OPEN),
        held=counts.get(QueryState.HELD, 0),
        answered=counts.get(QueryState.ANSWERED, 0),
        no_record=counts.get(QueryState.NO_RECORD, 0),
        release_refused=counts.get(QueryState.RELEASE_REFUSED, 0),
        refused=counts.get(QueryState.REFUSED, 0),
    )


class _StillOpen(Exception):
    """Results are missing when the time is up: the step stays unfinished and can be continued."""


def _send_until_taken_on(batch_ids: Sequence[str], by: Actor, dispatcher: Delivers, end: float) -> None:
    pause = _FIRST_PAUSE
    while True:
        if circuit.is_paused(ALIAS, *_ends()):  # nothing is given up for it: `carry_on` sends what is left
            raise TodokeError(ErrorCode.UNAVAILABLE, what="中間サーバー")
        for batch_id in batch_ids:
            send_queries(batch_id=batch_id, by=by)
        dispatcher.drain(max(1.0, end - time.monotonic()))
        counts = queries.state_counts(batch_ids)
        if counts.get(QueryState.SENT):
            raise TodokeError(ErrorCode.UNAVAILABLE, what="中間サーバー")
        if not counts.get(QueryState.ACCEPTED):
            return
        if time.monotonic() > end:
            give_up_queries(batch_ids=batch_ids, by=by)
            return
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _poll_until_closed(
    batch_ids: Sequence[str], by: Actor, transport: Transport, end: float, meter: Meter
) -> None:
    pause, left = _FIRST_PAUSE, standing(batch_ids).open
    while left:
        changed = poll(by=by, transport=transport)
        before, left = left, standing(batch_ids).open
        meter.advance(before - left)
        if left and time.monotonic() > end:
            raise _StillOpen
        if left:
            pause = _FIRST_PAUSE if changed else min(2 * pause, _LONGEST_PAUSE)
            time.sleep(pause)


def _ends() -> tuple[str, str]:
    """Sender and receiver of the city's messages to its intermediary."""
    return parties.city(settings.TODOKE_MUNICIPALITY), parties.platform(settings.TODOKE_MUNICIPALITY)


def _key(batch_ids: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sorted(batch_ids)).encode()).hexdigest()
