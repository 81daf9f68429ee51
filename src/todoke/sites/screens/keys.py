"""鍵と証明書: what runs out when, and the command that renews it. Whoever sees the page cannot renew: keys are files."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from todoke.access import lists
from todoke.access.guard import screen
from todoke.access.permissions import Permission
from todoke.exchange import key_states
from todoke.exchange.key_states import KeyState
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip
from todoke.sites.instance import Instance

HEADING: Final = "鍵と証明書"
_READ: Final = Permission.ACCESS_KEYS_READ
_TONES: Final = {"有効": "good", "まもなく期限": "warn", "期限切れ": "fail", "開始前": "wait"}


def _standing(row: KeyState) -> str:
    return row.standing(clock.now())


def _renewal(row: KeyState) -> str:
    """The command, where the key is this realm's; who renews it otherwise."""
    if row.use == key_states.FORMER:
        return "併用が終わると使えなくなります。何もしません。"
    if row.owner != settings.TODOKE_REALM:
        return f"鍵を持つ領域（{row.owner}）の運用者が更新します。"
    if row.use == key_states.AUTHORITY:
        return "認証局は更新できません。期限の前に新しい認証局を作り、相手方の名簿に加えてもらいます。"
    return f"todoke keys renew {row.name}{' --server' if row.use == key_states.DOOR else ''}"


COLUMNS: Final = [
    Column[KeyState](key="name", title="名前", value=lambda row: row.name, kind=Kind.CODE, heads_row=True),
    Column[KeyState](key="use", title="用途", value=lambda row: row.use),
    Column[KeyState](key="owner", title="鍵を持つ領域", value=lambda row: row.owner, kind=Kind.CODE),
    Column[KeyState](key="until", title="期限", value=lambda row: row.valid_until, kind=Kind.MOMENT),
    Column[KeyState](key="left", title="あと（日）", value=lambda row: row.days_left(clock.now()), kind=Kind.NUMBER),
    Column[KeyState](
        key="state", title="状態", value=_standing, cell=lambda row: make_chip(_standing(row), _TONES[_standing(row)])
    ),
    Column[KeyState](key="renew", title="更新のしかた", value=_renewal, sortable=False),
]  # fmt: skip


@screen(_READ)
def keys(request: HttpRequest) -> HttpResponse:
    """All that the directory tells, the soonest first; what has run out or soon does stands above."""
    found = _states()
    alarming = key_states.alarming(found, clock.now())
    return lists.listing(
        request,
        Table(caption="期限の近い順", columns=COLUMNS, rows=found, query=request.GET, empty="鍵と証明書はまだありません。"),
        permission=_READ, heading=HEADING, file="keys", template="screens/keys.html",
        alarming=alarming, days=key_states.ALARM_DAYS,
        lead="公開の名簿と窓口の証明書の期限です。更新は、鍵を置いたアカウントで示した命令を実行します。運用は止まりません。",
        crumbs=[("ホーム", "/"), (HEADING, "")],
    )  # fmt: skip


def _states() -> list[KeyState]:
    try:
        return key_states.states(Instance.load().path)
    except TodokeError as error:
        if error.code is not ErrorCode.SETUP_MISSING:
            raise
        return []  # keys are not made yet
