"""The states of the registration of a non-resident, and of a difference from 住基ネット."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from todoke.access.permissions import Permission
from todoke.workflow.flow import Flow, Step, along


class RegistrationState(TextChoices):
    """One 住登外者 to be registered by a duty."""

    REQUESTED = "requested", "依頼"
    SEARCHED = "searched", "候補確認済"
    CHOSEN = "chosen", "確認待ち"
    REGISTERED = "registered", "登録済"
    REJECTED = "rejected", "却下"
    WITHDRAWN = "withdrawn", "取下げ"


REGISTRATION_OPEN: Final = (
    RegistrationState.REQUESTED,
    RegistrationState.SEARCHED,
    RegistrationState.CHOSEN,
)
"""Still holding what was typed about the person."""
REGISTRATION_ENDS: Final = (
    RegistrationState.REGISTERED,
    RegistrationState.REJECTED,
    RegistrationState.WITHDRAWN,
)

REGISTRATION: Final = Flow(
    name="linkage_registration",
    title="住登外者の登録依頼",
    table="linkage_registration",
    states=RegistrationState,
    starts=(RegistrationState.REQUESTED,),
    ends=REGISTRATION_ENDS,
    key="request_id",
    logged={
        RegistrationState.WITHDRAWN: "linkage:registration:withdraw",
        RegistrationState.REJECTED: "linkage:registration:reject",
    },
    steps=(
        *along(
            {
                # back from CHOSEN: the search is made anew, e.g. because somebody was registered meanwhile
                RegistrationState.REQUESTED: (RegistrationState.SEARCHED, RegistrationState.WITHDRAWN),
                RegistrationState.SEARCHED: (RegistrationState.CHOSEN, RegistrationState.WITHDRAWN),
                RegistrationState.CHOSEN: (RegistrationState.SEARCHED, RegistrationState.WITHDRAWN),
            },
            Permission.LINKAGE_REGISTER_REQUEST,
        ),
        Step(
            before=RegistrationState.CHOSEN,
            after=RegistrationState.REGISTERED,
            permissions=(Permission.LINKAGE_REGISTER_CONFIRM,),
            act="confirmed_by",
            unlike=("requested_by", "chosen_by"),
            approvals=2,
        ),
        *along(
            dict.fromkeys(REGISTRATION_OPEN, (RegistrationState.REJECTED,)),
            Permission.LINKAGE_REGISTER_CONFIRM,
        ),
    ),
)


class JukiDifferenceState(TextChoices):
    """A difference between 住基ネット and what is registered."""

    OPEN = "open", "未処理"
    PROPOSED = "proposed", "更新の確認待ち"
    SETTLED = "settled", "処理済"
    CONFIRMED = "confirmed", "処理済（二人で更新）"


JUKI_DIFFERENCE_ENDS: Final = (JukiDifferenceState.SETTLED, JukiDifferenceState.CONFIRMED)

JUKI_DIFFERENCE: Final = Flow(
    name="linkage_difference",
    title="住基ネットとの差異",
    table="linkage_difference",
    states=JukiDifferenceState,
    starts=(JukiDifferenceState.OPEN,),
    ends=JUKI_DIFFERENCE_ENDS,
    steps=(
        Step(
            before=JukiDifferenceState.OPEN,
            after=JukiDifferenceState.PROPOSED,
            permissions=(Permission.LINKAGE_DIFFERENCE_SETTLE,),
        ),
        Step(
            before=JukiDifferenceState.OPEN,
            after=JukiDifferenceState.SETTLED,
            permissions=(Permission.LINKAGE_DIFFERENCE_SETTLE,),
        ),
        Step(
            before=JukiDifferenceState.PROPOSED,
            after=JukiDifferenceState.CONFIRMED,
            permissions=(Permission.LINKAGE_DIFFERENCE_CONFIRM,),
            act="confirmed_by",
            unlike=("proposed_by",),
            approvals=1,
        ),
        Step(
            before=JukiDifferenceState.PROPOSED,
            after=JukiDifferenceState.OPEN,
            permissions=(Permission.LINKAGE_DIFFERENCE_CONFIRM,),
        ),
    ),
)
