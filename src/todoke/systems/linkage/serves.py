"""The door of 統合番号連携システム: contracts.linkage.Linkage, and the answers to its messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.conf import settings

from todoke.access import cli_actor
from todoke.access import parties as actors
from todoke.access.permissions import Actor
from todoke.contracts import holding
from todoke.contracts.conversion import CONVERT, NumbersAnswered, NumbersAsked
from todoke.contracts.linkage import (
    Conversion,
    ConversionRequest,
    KnownPerson,
    Query,
    QueryReceipt,
    QueryResult,
    RegistrationAsked,
    RegistrationReceipt,
    RegistrationStanding,
)
from todoke.contracts.registry import need
from todoke.exchange import parties
from todoke.exchange.handlers import handles
from todoke.exchange.transport import Transport
from todoke.kernel import clock
from todoke.privacy.holding import Section
from todoke.systems.linkage import codecs
from todoke.systems.linkage import queries as reads
from todoke.systems.linkage.actions import hearing  # noqa: F401 - registers
from todoke.systems.linkage.actions.conversions.convert_for_system import convert_for_system
from todoke.systems.linkage.actions.disclose_held import (
    disclose_held,
    find_correction,
    find_numbers,
)
from todoke.systems.linkage.actions.numbers.convert_numbers import convert_numbers
from todoke.systems.linkage.actions.queries.hand_over_answers import hand_over_answers
from todoke.systems.linkage.actions.queries.submit_queries import submit_queries
from todoke.systems.linkage.actions.registrations.request_registration import request_registrations
from todoke.systems.linkage.models import ExistingSystem
from todoke.systems.linkage.queries.registrations import standing
from todoke.systems.linkage.rules.registration import Asked


class LinkageService:
    """Implements `Linkage` on the database `linkage`."""

    def convert(self, requests: Sequence[ConversionRequest], *, by: str) -> list[Conversion]:
        """業務固有番号 → 統合番号, in the order asked."""
        return convert_numbers(requests=requests, by=_actor(by))

    def attributes(self, integrated_numbers: Sequence[str]) -> list[KnownPerson]:
        """4情報 of the numbers that are known, ordered by number."""
        return reads.known_persons(integrated_numbers)

    def submit(self, *, batch_id: str, queries: Sequence[Query], by: str) -> list[QueryReceipt]:
        """Take on a batch of queries; the same batch id again returns the first receipts."""
        return submit_queries(batch_id=batch_id, queries=queries, by=_actor(by))

    def results(self, batch_id: str) -> list[QueryResult]:
        """The state of every accepted query of a batch, ordered by record id."""
        return reads.batch_results(batch_id)

    def hand_over(self, *, record_ids: Sequence[str], by: str) -> None:
        """The caller has stored these answers; linkage drops their items."""
        hand_over_answers(record_ids=record_ids, by=_actor(by))

    def register(self, requests: Sequence[RegistrationAsked], *, by: str) -> list[RegistrationReceipt]:
        """Ask for the registration of 住登外者, in the order asked."""
        asked = [
            Asked(
                system=one.system,
                local_number=one.local_number,
                duty=one.duty,
                purpose=one.purpose,
                name=one.attributes.name_kanji,
                sex=one.attributes.sex,
                birth_date=one.attributes.birth_date.isoformat(),
                address=one.attributes.address,
            )
            for one in requests
        ]
        return request_registrations(asked=asked, by=_actor(by))

    def registrations(self, request_ids: Sequence[str]) -> list[RegistrationStanding]:
        """Where these requests stand, ordered by id."""
        return standing(request_ids)


class LinkageHolder:
    """Implements `Holder` and `Numbers` (保有個人情報の開示); speaks for the own 中間サーバー, too."""

    def held(self, asked: holding.Asked, *, by: Actor) -> list[Section]:
        """What both hold on one person."""
        return disclose_held(asked=asked, transport=need(Transport), by=by)

    def known_as(self, *, resident_code: str, birth_date: date, request: str, by: Actor) -> holding.KnownAs:
        """The numbers of the person whose number and birth date agree."""
        return find_numbers(resident_code=resident_code, birth_date=birth_date, request=request, by=by)

    def replica_correction(
        self, *, number: int, integrated_number: str, by: Actor
    ) -> holding.CorrectionStanding:
        """Whether the replica was corrected."""
        return find_correction(number=number, integrated_number=integrated_number, by=by)


def _existing_system(alias: str, sender: str) -> bool:
    """Whether the sender is a registered system of this city, in use today."""
    code = parties.system_code(sender, settings.TODOKE_MUNICIPALITY)
    system = ExistingSystem.objects.using(alias).filter(code=code).first() if code else None
    return system is not None and system.is_valid(clock.today())


@handles(CONVERT, senders=_existing_system)
def convert(_alias: str, sender: str, body: NumbersAsked) -> NumbersAnswered:
    """番号変換 for an existing system, which is who the envelope proved it to be."""
    answers = convert_for_system(
        system=parties.system_code(sender, settings.TODOKE_MUNICIPALITY) or "",
        duty=body.duty,
        asked=codecs.asked_numbers(body),
        by=actors.actor(sender, purpose=body.purpose),
        by_message=True,
    )
    return codecs.answered_numbers(answers)


def _actor(by: str) -> Actor:
    return cli_actor.actor(by)
