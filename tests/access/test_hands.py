"""アクセス権限と事務の対応表: which operations never lie in one role (PIA III: 設定は管理者、内容は所管課の依頼、結果は所管課の確認).

The PIA divides the rights themselves: whoever asks for and confirms them never sets them. It does not forbid the 課長 who confirms
rights to decide a payment above the 係長's limit; a payment still needs an examiner and a treasurer, whom that role is neither.
"""

from __future__ import annotations

import pytest

from todoke.access.permissions import SYSTEM_ROLES, Permission, Role, granted

P = Permission
APART = (
    (P.ACCESS_GRANT_SET, P.ACCESS_GRANT_REQUEST), (P.ACCESS_GRANT_SET, P.ACCESS_GRANT_CONFIRM),
    (P.BENEFITS_EXAMINE, P.BENEFITS_APPROVE), (P.BENEFITS_EXAMINE, P.BENEFITS_RELEASE), (P.BENEFITS_APPROVE, P.BENEFITS_RELEASE),
    (P.BENEFITS_PAY, P.BENEFITS_RELEASE), (P.BENEFITS_MAILING, P.BENEFITS_MAILING_CONFIRM),
    (P.BENEFITS_REFUND_PROPOSE, P.BENEFITS_REFUND_DECIDE), (P.BENEFITS_REFUND_DECIDE, P.BENEFITS_REFUND_RECEIVE),
    (P.BENEFITS_DECLINE_NOTE, P.BENEFITS_DECLINE_CONFIRM), (P.BENEFITS_APPEAL_RECEIVE, P.BENEFITS_APPEAL_ANSWER),
    (P.BENEFITS_PRINT, P.BENEFITS_PROTECTED_LETTER), (P.ACCESS_GRANT_CONFIRM, P.BENEFITS_EXAMINE),
    (P.ACCESS_GRANT_CONFIRM, P.BENEFITS_RELEASE), (P.ACCESS_GRANT_CONFIRM, P.BENEFITS_PAY),
)  # fmt: skip
PEOPLE = [role for role in Role if role not in SYSTEM_ROLES]


@pytest.mark.parametrize("pair", APART, ids=lambda pair: f"{pair[0].value} / {pair[1].value}")
def test_no_role_of_people_holds_both(pair: tuple[Permission, Permission]) -> None:
    assert [role for role in PEOPLE if set(pair) <= granted(role)] == []


def test_who_sets_rights_touches_no_benefit() -> None:
    assert not [one for one in granted(Role.ADMINISTRATOR) if one.value.startswith("benefits:")]


def test_a_letter_to_a_protected_person_is_for_those_who_may_see_where_they_live() -> None:
    holders = [role for role in PEOPLE if P.BENEFITS_PROTECTED_LETTER in granted(role)]
    assert holders == [role for role in PEOPLE if P.BENEFITS_PROTECTION_READ in granted(role)] != []
