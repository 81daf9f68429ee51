"""Every page of every site in a real Chromium: axe finds nothing, 1280 and 320 pixels, no JavaScript, no inline code.

A URL that is new and stands in no list here fails the first test.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver

from tests import hiring
from tests.screens.aftermath_pages import AFTERMATH
from tests.screens.assurance_pages import ASSURANCE
from tests.screens.disclosure_pages import DISCLOSURE
from tests.screens.office import Office, Person
from todoke.access.models import Contract, Grant, GrantState, Session
from todoke.access.permissions import Role
from todoke.kernel import clock
from todoke.sites.realms import Realm

D = "directory_city"
WITH_PURPOSE = "?purpose=月次の自己点検"

Arguments = Callable[[], list[Any]]


def clerk() -> list[Any]:
    return ["c001"]


def asked() -> list[Any]:
    return [Grant.objects.using(D).get(state=GrantState.REQUESTED).pk]


def was_set() -> list[Any]:
    return [Grant.objects.using(D).get(state=GrantState.SET).pk]


def clerks_session() -> list[Any]:
    return [Session.objects.using(D).get(staff_id="c001").pk]


PAGES: dict[Role, dict[str, tuple[Arguments, str]]] = {
    Role.ADMINISTRATOR: {
        "home": (list, ""),
        "staff": (list, ""),
        "staff-person": (clerk, ""),
        "staff-password": (clerk, ""),
        "staff-face": (clerk, ""),
        "staff-passkey": (clerk, ""),
        "staff-unlock": (clerk, ""),
        "grants": (list, ""),
        "grant": (asked, ""),
        "grant-set": (asked, ""),
        "grant-revoke": (asked, ""),
        "matrix": (list, ""),
        "sessions": (list, ""),
        "session-end": (clerks_session, ""),
        "alarms": (list, ""),
        "contracts": (list, ""),
        "contract-new": (list, ""),
        "terminals": (list, ""),
        "terminal-new": (list, ""),
        "terminal-withdraw": (lambda: ["test-2"], ""),
        "keys": (list, ""),
    },
    Role.SECTION_MANAGER: {
        "grant-request": (clerk, ""),
        "grant-confirm": (was_set, ""),
        "session-take-over": (clerks_session, ""),
        "training": (list, ""),
        "training-new": (list, ""),
        "password": (list, ""),
        "my-face": (list, ""),
        "duty": (list, ""),
        "step-up": (list, ""),
    },
    Role.PERSONNEL: {"personnel": (list, "")},
    Role.AUDITOR: {
        "log-purpose": (list, ""),
        "log": (list, WITH_PURPOSE),
        "log-unusual": (list, WITH_PURPOSE),
        "log-sheet": (list, WITH_PURPOSE),
        "log-person": (list, WITH_PURPOSE),
    },
}
"""Who opens which page, with which arguments and query."""

_EXAMINATION = """
benefits-approval benefits-approval-case benefits-approval-picture benefits-approvals
benefits-entries benefits-entry benefits-entry-next benefits-entry-picture
benefits-entry-picture-new benefits-examination benefits-examination-next benefits-examinations
"""
_PAYMENT = """
benefits-payments benefits-payment-new benefits-payment benefits-payment-release benefits-payment-write benefits-payment-take
benefits-payment-results benefits-bank-list benefits-failed benefits-public-accounts benefits-failed-account
"""
_LETTERS = """
benefits-prints benefits-print benefits-print-new benefits-mailing-reprint
benefits-protected-letters benefits-protected-letter-new benefits-protected-letter-post benefits-protected-letter-spoil
benefits-cancellation-new benefits-cancellation-confirm benefits-cancellation-withdraw
benefits-approval-limits benefits-approval-limit-new benefits-approval-limit-confirm benefits-approval-limit-withdraw
benefits-destination-new benefits-redating-new benefits-redating-confirm benefits-redating-withdraw benefits-receipt-reverse
"""

ELSEWHERE = {
    "benefits-certificate": "test_certificate_screens",
    **AFTERMATH,
    **ASSURANCE,
    **DISCLOSURE,
    **dict.fromkeys(_EXAMINATION.split(), "test_a_whole_round"),
    **{
        f"benefits-mailing{end}": "test_a_whole_round"
        for end in ("s", "-new", "", "-count", "-match", "-pulls", "-confirm")
    },
    **{f"benefits-return{end}": "test_a_whole_round" for end in ("s", "-start", "-scan", "-undo", "-resend")},
    "benefits-deadlines": "test_a_whole_round",
    **dict.fromkeys(_LETTERS.split(), "test_letter_screens"),
    **dict.fromkeys(
        ("benefits-request", "benefits-protected-examinations", "benefits-protected-examination"),
        "test_applicant_screens",
    ),
    **dict.fromkeys(
        (
            "benefits-scan-start",
            "benefits-scan",
            "benefits-scan-undo",
            "benefits-papers",
            "benefits-paper-find",
            "benefits-paper",
            "benefits-paper-box",
            "benefits-paper-send",
            "benefits-boxes",
            "benefits-box",
            "benefits-disposal-propose",
            "benefits-disposals",
            "benefits-disposal-approve",
            "benefits-disposal-withdraw",
        ),
        "test_intake_screens",
    ),
    **dict.fromkeys(("benefits-notices", "benefits-notices-close"), "test_notice_screens"),
    **dict.fromkeys(
        (
            "benefits-dashboard",
            "benefits-wards",
            "benefits-places",
            "benefits-forecast",
            "benefits-find",
            "benefits-cases",
            "benefits-case",
            "benefits-judged",
            "benefits-missing",
            "benefits-why",
        ),
        "test_case_screens",
    ),
    **dict.fromkeys(
        (
            "benefits-search-box",
            "benefits-search",
            "benefits-found",
            "benefits-household",
            "benefits-contact",
        ),
        "test_household_screens",
    ),
    **dict.fromkeys(
        (
            "benefits-programmes",
            "benefits-programme",
            "benefits-edition-new",
            "benefits-edition",
            "benefits-edition-households",
            "benefits-edition-try",
            "benefits-edition-approve",
            "benefits-edition-refuse",
            "benefits-edition-withdraw",
            "benefits-edition-judge",
        ),
        "test_programme_screens",
    ),
    **dict.fromkeys(_PAYMENT.split(), "test_a_whole_round"),
    **dict.fromkeys(
        [
            "benefits-recalls",
            "benefits-recall-new",
            "benefits-recall-confirm",
            "benefits-recall-withdraw",
            "benefits-recall-end",
            "benefits-days",
            "benefits-day",
            "benefits-day-debit",
            "benefits-day-close",
        ],
        "test_payment_screens",
    ),
    "sign-in": "test_signing_in",
    "passkey-new": "test_signing_in",
    "personnel-check": "test_directory_work",
    **dict.fromkeys(
        (
            "linkage-files",
            "linkage-files-queue",
            "linkage-files-file",
            "linkage-files-stop",
            "linkage-files-resume",
            "linkage-files-repeat",
            "linkage-files-conversions",
        ),
        "test_linkage_files",
    ),
    **dict.fromkeys(
        ("exports", "export-new", "export", "export-approve", "export-refuse", "export-make"), "test_exports"
    ),
    **dict.fromkeys(
        (
            "linkage-registrations",
            "linkage-registration-new",
            "linkage-registration-file",
            "linkage-registrations-confirm",
            "linkage-registration",
            "linkage-registration-search",
            "linkage-registration-choose",
            "linkage-registration-confirm",
            "linkage-registration-reject",
            "linkage-registration-withdraw",
        ),
        "test_nonresidents",
    ),
    **dict.fromkeys(
        (
            "linkage-consistency",
            "linkage-differences",
            "linkage-difference",
            "linkage-difference-take-over",
            "linkage-difference-keep",
            "linkage-difference-confirm",
            "linkage-difference-return",
        ),
        "test_consistency_screens",
    ),
    "export-file": "no page: a file, test_exports",
    **dict.fromkeys(
        ("linkage-conversions", "linkage-conversion-new", "linkage-conversion"), "test_conversions"
    ),
    **dict.fromkeys(
        (
            "linkage-rights",
            "linkage-right-new",
            "linkage-right",
            "linkage-right-confirm",
            "linkage-right-end",
        ),
        "test_conversions",
    ),
    "linkage-conversion-answer": "no page: a file, test_conversions",
    "sign-out": "no page: a button, test_signing_in",
    **dict.fromkeys(
        (
            "linkage-find",
            "linkage-find-purpose",
            "linkage-person",
            "linkage-merge",
            "linkage-split",
            "linkage-number-change",
            "linkage-corrections",
            "linkage-correction",
            "linkage-correction-confirm",
            "linkage-correction-refuse",
            "linkage-correction-withdraw",
        ),
        "test_number_work",
    ),
    **dict.fromkeys(
        (
            "benefits-imports",
            "benefits-import-new",
            "benefits-import-lacking",
            "benefits-import-lacking-list",
            "benefits-import-limits",
            "benefits-import-limit",
            "benefits-import",
            "benefits-import-rows",
            "benefits-import-contents",
            "benefits-import-differences",
            "benefits-import-propose",
            "benefits-import-confirm",
            "benefits-import-cancel",
        ),
        "test_import_screens",
    ),
    "matrix-file": "no page: a file, test_directory_work",
    **dict.fromkeys(
        ["linkage-queries", "linkage-query", "linkage-query-new", "linkage-query-answer"],
        "test_single_queries",
    ),
    **dict.fromkeys(
        [
            "linkage-replicas",
            "linkage-replica-upload",
            "linkage-replica-file",
            "linkage-comparisons",
            "linkage-comparison-new",
            "linkage-comparison",
            "linkage-comparison-repair",
            "linkage-replica-corrections",
            "linkage-replica-correction-new",
            "linkage-replica-confirmations",
            "linkage-replica-confirmation",
        ],
        "test_replica_screens",
    ),
    **dict.fromkeys(
        (
            "inquiry-orders",
            "inquiry-order",
            "inquiry-rows",
            "inquiry-reask",
            "inquiry-expire",
            "inquiry-files",
            "inquiry-find",
            "inquiry-subject",
            "inquiry-original",
        ),
        "test_inquiry_screens",
    ),
    "linkage-codes": "test_linkage_codes",
    "linkage-codes-list": "test_linkage_codes",
    "linkage-codes-again": "test_linkage_codes",
    "linkage-codes-run": "test_linkage_codes",
    "linkage-intermediary": "test_linkage_codes",
    "linkage-intermediary-check": "no page: a button, test_linkage_codes",
    **dict.fromkeys(
        (
            "intermediary-batch-towns",
            "intermediary-batches",
        ),
        "test_batch_screens",
    ),
    **dict.fromkeys(
        (
            "network-discrepancies",
            "network-discrepancy",
            "network-discrepancy-settle",
            "intermediary-discrepancy-towns",
            "intermediary-discrepancies",
            "intermediary-discrepancy",
        ),
        "test_discrepancy_screens",
    ),
    **dict.fromkeys(
        (
            "network-traffic",
            "network-refusals",
            "network-juki",
            "network-lists",
            "network-entries",
            "network-entry-revoke",
            "network-holders",
            "network-list-draft-new",
            "network-list-draft",
            "network-list-draft-approve",
            "network-list-draft-refuse",
            "network-organisations",
            "network-organisation-new",
            "network-organisation-confirm",
            "network-organisation-refuse",
            "network-organisation-suspend",
        ),
        "test_network_screens",
    ),
    **dict.fromkeys(
        (
            "intermediary-held-towns",
            "intermediary-held",
            "intermediary-held-refuse",
            "intermediary-held-one",
            "intermediary-held-contact",
            "intermediary-held-propose",
            "intermediary-held-confirm",
            "intermediary-held-renew",
            "intermediary-provisions",
            "intermediary-inquiry-towns",
            "intermediary-inquiries",
            "intermediary-inquiry",
            "intermediary-towns",
            "intermediary-town",
        ),
        "test_held_screens",
    ),
    **dict.fromkeys(
        (
            "intermediary-record-towns",
            "intermediary-records",
            "intermediary-record",
            "intermediary-nondisclosure-towns",
            "intermediary-nondisclosure-new",
            "intermediary-nondisclosures",
            "intermediary-nondisclosure",
            "intermediary-disclosure",
            "intermediary-figure-towns",
            "intermediary-figures",
            "intermediary-replica-towns",
            "intermediary-replicas",
            "intermediary-pause-towns",
            "intermediary-pause",
            "intermediary-resume",
            "keepings",
            "keeping",
            "keeping-request",
            "keeping-run",
            "keeping-confirm",
            "keeping-finish",
            "keeping-withdraw",
        ),
        "test_record_screens",
    ),
    **dict.fromkeys(("manual", "manual-page", "manual-search"), "test_manual"),
    "metrics": "no page: measures, tests/systems/linkage/test_metrics.py",
    "health": "no page: JSON, tests/sites/test_status.py",
}
"""Routes that need more than a seat at a terminal, and where they are tested."""


def _names() -> set[str | None]:
    return {pattern.name for pattern in get_resolver().url_patterns if isinstance(pattern, URLPattern)}


def test_no_page_is_forgotten() -> None:
    tested = {name for pages in PAGES.values() for name in pages} | set(ELSEWHERE)
    assert _names() == tested


@pytest.fixture
def busy(office: Office) -> Office:
    """A directory with something on every page."""
    office.hire(Realm.CITY, {"c001": [Role.CLERK], "c002": []})
    now, day = clock.now(), clock.today()
    request = {
        "staff_id": "c002", "role": "supervisor", "duty": "benefit", "valid_from": day,
        "valid_until": day + timedelta(days=90), "requested_by": hiring.ASKER, "requested_at": now, "reason": "人事異動",
    }  # fmt: skip
    grants = Grant.objects.using(D)
    grants.create(**request)
    grants.create(**{**request, "role": "clerk"})
    grants.filter(staff_id="c002", role="clerk").update(
        state=GrantState.SET, set_by=hiring.SETTER, set_at=now
    )
    hiring.session(D, "c001", terminal=hiring.TERMINAL)
    Contract.objects.using(D).create(
        number="2021-005", contractor="株式会社見本サービス", subcontracting_permitted=True, head_count=50,
        valid_from=day, valid_until=day + timedelta(days=365), registered_by=hiring.SETTER, registered_at=now,
    )  # fmt: skip
    return office


@pytest.mark.parametrize("role", PAGES)
def test_every_page_of(role: Role, busy: Office, examiner) -> None:
    person: Person = busy.person(role)
    for name, (arguments, query) in PAGES[role].items():
        examiner.check(person.open(name, *arguments(), query=query), name)


@pytest.mark.parametrize("realm", [Realm.PLATFORM, pytest.param(Realm.NATIONAL, marks=pytest.mark.slow)])
def test_the_other_sites_have_the_same_screens(realm: Realm, office: Office, examiner) -> None:
    person = office.person(Role.ADMINISTRATOR, realm=realm)
    examiner.check(person.open("home"), f"home-{realm}")
    menu = [link.get_attribute("href") for link in person.page.locator(".menu a").all()]
    assert menu == [
        "/",
        "/assurance",
        "/assurance/sheets",
        "/assurance/contracts",
        "/assurance/media",
        "/assurance/incidents",
        "/staff",
        "/grants",
        "/sessions",
        "/contracts",
        "/training",
        "/terminals",
        "/keys",
        "/keeping",
    ]
    for address in menu:
        answer = person.page.goto(f"{person.address}{address}")
        assert answer is not None
        assert answer.status == 200
