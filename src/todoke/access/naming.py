"""How rights, places and states are named on the screens."""

from __future__ import annotations

from collections.abc import Iterable

from todoke.access import directory
from todoke.access.duties import TITLES
from todoke.access.models import Grant, GrantState, Staff
from todoke.access.permissions import Role
from todoke.oplog.events import EVENTS

GRANT_TONES = {
    GrantState.REQUESTED: "wait",
    GrantState.SET: "warn",
    GrantState.CONFIRMED: "good",
    GrantState.REVOKED: "fail",
    GrantState.EXPIRED: "fail",
}
ALARMS = {
    "two_terminals": "同じ職員IDが別の端末でも使われました（共用IDの疑い）",
    "token_elsewhere": "サインインした端末と別の端末から操作がありました",
    "tries_exhausted": "続けて誤った回数が上限に達し、職員IDを止めました",
    "foreign_face": "使用中の職員IDで別の人の顔が示されました（共用IDの疑い）",
    "changed_face": "前回までと明らかに異なる顔が受け付けられました（共用IDの疑い）",
    "searched_too_often": "番号による検索が上限を超えたため止めました（番号の総当たりの疑い）",
    "linkage_backlog": "中間サーバーへの送信が滞っています（副本登録・情報照会）",
    "file_exchange": "既存業務システムとのファイル連携が滞っています",
    "replica_damaged": "開けない副本があり、回答できませんでした。副本の照合を行い、登録し直してください",
    "held_overdue": "自動応答不可で保留した照会が、期限を過ぎても決まっていません",
    "copied_passkey": "パスキーが複製されたおそれがあります",
}


def role(value: str) -> str:
    """給付金担当（受付・審査）; the code itself for a role that is no longer known."""
    try:
        return TITLES[Role(value)]
    except (ValueError, KeyError):
        return value


def reach(grant: Grant) -> str:
    """How far a right reaches: everywhere, one municipality, one ward."""
    parts = [
        f"団体 {grant.municipality}" if grant.municipality else "",
        f"区 {grant.ward}" if grant.ward else "",
    ]
    return " ".join(filter(None, parts)) or "全体"


def person(staff: Staff) -> str:
    """見本 太郎（s001）."""
    return f"{staff.name}（{staff.staff_id}）"


def people(staff_ids: Iterable[str]) -> dict[str, str]:
    """ID → 見本 太郎（s001）, in one query; an ID without a person (a system, the first entry) names itself."""
    wanted = {each for each in staff_ids if each}
    known = Staff.objects.using(directory.alias()).filter(pk__in=wanted)
    return {**{each: each for each in wanted}, **{each.staff_id: person(each) for each in known}}


def operation(verb: str) -> str:
    """「権限の設定を確認」; the verb itself for one that the catalogue does not know."""
    event = EVENTS.get(verb)
    return f"{event.what}{event.deed}" if event else verb
