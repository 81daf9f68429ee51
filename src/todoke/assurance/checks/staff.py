"""職員と利用: one person one ID, a second factor, a registered terminal, a training of this year; nobody who left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings

from todoke.access import alarms, standing
from todoke.access.factors.interface import Factor
from todoke.assurance.checks.check import NotShown, check
from todoke.assurance.checks.site import Site
from todoke.engine import postgres
from todoke.kernel import clock

_ALARM_DAYS: Final = 30
_ACTIVE: Final = """
SELECT DISTINCT p.staff_id FROM access_staff p JOIN access_grant g USING (staff_id)
WHERE (p.left_on IS NULL OR p.left_on > %(today)s) AND g.state = 'confirmed'
    AND %(today)s BETWEEN g.valid_from AND g.valid_until
"""


def _rows(site: Site, statement: str, **values: object) -> list[tuple[object, ...]]:
    return postgres.fetch(site.directory, statement, {"today": clock.today(), "now": clock.now(), **values})


@check("同じIDの利用は一つだけ", looks_at="利用中の職員 (access_session)", link="sessions")
def one_session_each(site: Site) -> Iterator[str]:
    found = _rows(
        site,
        "SELECT staff_id, count(*) FROM access_session WHERE ended_at IS NULL GROUP BY 1 HAVING count(*) > 1",
    )
    yield from (f"{staff} が同時に {count} か所で利用しています。" for staff, count in found)


@check("利用はすべて二つ目の要素で確かめられている", looks_at="利用中の職員の認証要素", link="sessions")
def sessions_with_second_factor(site: Site) -> Iterator[str]:
    known = [factor.value for factor in Factor]
    found = _rows(
        site,
        "SELECT staff_id, factor FROM access_session WHERE ended_at IS NULL AND NOT factor = ANY(%(known)s)",
        known=known,
    )
    yield from (f"{staff} の利用の認証要素が「{factor}」です。" for staff, factor in found)


@check("権限を持つ職員は顔画像かパスキーを登録している", looks_at="職員の認証要素", link="staff")
def people_have_factors(site: Site) -> Iterator[str]:
    found = _rows(
        site,
        f"SELECT a.staff_id FROM ({_ACTIVE}) a WHERE NOT EXISTS (SELECT FROM access_passkey k WHERE k.staff_id = a.staff_id)"
        " AND NOT EXISTS (SELECT FROM access_face_template f WHERE f.staff_id = a.staff_id AND f.stage = 'confirmed')"
        " ORDER BY 1",
    )
    yield from (f"{staff} に、確かめられた顔画像もパスキーもありません。" for (staff,) in found)


@check("共用IDの疑いがない", looks_at="警報（30日以内）", link="alarms")
def no_shared_ids(site: Site) -> Iterator[str]:
    found = _rows(
        site,
        "SELECT staff_id, count(*) FROM access_alarm WHERE kind = ANY(%(kinds)s) AND at > %(since)s GROUP BY 1",
        kinds=[alarms.TWO_TERMINALS, alarms.TOKEN_ELSEWHERE],
        since=clock.now() - timedelta(days=_ALARM_DAYS),
    )
    yield from (f"{staff} に、別の端末での利用の警報が {count} 件あります。" for staff, count in found)


@check("離れた職員のIDは使えない", looks_at="職員名簿と利用・権限・認証要素", link="staff")
def leavers_are_out(site: Site) -> Iterator[str]:
    found = _rows(
        site,
        """
SELECT p.staff_id, '利用中です' FROM access_staff p JOIN access_session s USING (staff_id)
WHERE p.left_on <= %(today)s AND s.ended_at IS NULL
UNION ALL SELECT p.staff_id, '有効な権限があります' FROM access_staff p JOIN access_grant g USING (staff_id)
WHERE p.left_on <= %(today)s AND g.state = 'confirmed' AND g.valid_until >= p.left_on AND g.valid_until >= %(today)s
UNION ALL SELECT p.staff_id, '顔画像が残っています' FROM access_staff p JOIN access_face_template f USING (staff_id)
WHERE p.left_on <= %(today)s
UNION ALL SELECT p.staff_id, 'パスキーが残っています' FROM access_staff p JOIN access_passkey k USING (staff_id)
WHERE p.left_on <= %(today)s""",
    )
    yield from (f"離れた職員 {staff} に{what}。" for staff, what in found)


@check("研修を期間内に受けている", looks_at="研修の受講記録", link="training")
def training_in_time(site: Site) -> Iterator[str]:
    life = standing.TRAINING_LIFE[site.realm]
    found = _rows(
        site,
        f"SELECT a.staff_id, (SELECT max(held_on) FROM access_training t WHERE t.staff_id = a.staff_id AND t.kind = %(kind)s"
        f" AND t.held_on <= %(today)s) AS held FROM ({_ACTIVE}) a ORDER BY 1",
        kind=standing.TRAINING,
    )
    for staff, held in found:
        if not isinstance(held, date):
            yield f"{staff} は研修を受けていません。"
        elif clock.today() - held > life:
            yield f"{staff} の研修は {held:%Y-%m-%d} で、{life.days} 日を過ぎています。"


@check("パスワードは Argon2 でだけ保存される", looks_at="職員のパスワードの形", link="staff")
def passwords_are_hashed(site: Site) -> Iterator[str]:
    found = _rows(
        site,
        "SELECT staff_id FROM access_staff WHERE password <> '' AND password NOT LIKE 'argon2$argon2id$%%'",
    )
    yield from (f"{staff} のパスワードが Argon2 の形ではありません。" for (staff,) in found)


@check("パスワードの規則が働いている", looks_at="設定 AUTH_PASSWORD_VALIDATORS・PASSWORD_HASHERS")
def password_rules(_: Site) -> Iterator[str]:
    rules = {
        one["NAME"].rpartition(".")[2]: one.get("OPTIONS", {}) for one in settings.AUTH_PASSWORD_VALIDATORS
    }
    if rules.get("MinimumLengthValidator", {}).get("min_length", 0) < 12:
        yield "12文字より短いパスワードを認める設定です。"
    if "CommonPasswordValidator" not in rules:
        yield "よく使われるパスワードを退ける規則がありません。"
    if not settings.PASSWORD_HASHERS or not settings.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher"):
        yield "パスワードの保存が Argon2 ではありません。"


@check("操作しない利用は15分で終わる", looks_at="利用の期限の設定", link="sessions")
def sessions_run_out(site: Site) -> Iterator[str]:
    if max(standing.IDLE * 40, standing.ABSOLUTE) > timedelta(hours=10):  # 15 minutes are a fortieth
        yield "利用の期限が、操作なし15分・合計10時間より長く設定されています。"
    late = _rows(
        site,
        "SELECT staff_id FROM access_session WHERE ended_at IS NULL AND begun_at < %(begun)s",
        begun=clock.now() - standing.ABSOLUTE - timedelta(hours=1),
    )
    yield from (f"{staff} の利用が期限を過ぎても終わっていません。" for (staff,) in late)


@check("利用は登録された端末からだけ", looks_at="端末の登録", link="terminals")
def sessions_at_known_terminals(site: Site) -> Iterator[str]:
    found = _rows(
        site,
        "SELECT s.staff_id, t.name FROM access_session s JOIN access_terminal t ON t.fingerprint = s.terminal_id"
        " WHERE s.ended_at IS NULL AND (t.withdrawn_at IS NOT NULL OR NOT %(today)s BETWEEN t.valid_from AND t.valid_until)",
    )
    yield from (f"{staff} が、有効でない端末 {name} を利用しています。" for staff, name in found)


@check("サインインは記録されている", looks_at="利用と操作の記録（24時間）", link="log")
def sign_ins_are_logged(site: Site) -> Iterator[str]:
    found = _rows(
        site,
        "SELECT s.staff_id FROM access_session s WHERE s.begun_at > %(since)s AND NOT EXISTS (SELECT FROM oplog_operation o"
        " WHERE o.verb = 'access:session:begin' AND o.session_id = s.id::text AND o.actor = s.staff_id"
        " AND o.at > %(since)s - interval '1 hour')",
        since=clock.now() - timedelta(hours=24),
    )
    yield from (f"{staff} のサインインが操作の記録にありません。" for (staff,) in found)


@check("人事情報を定期の異動の後に取り込んでいる", looks_at="人事情報の取込の記録", link="personnel")
def personnel_feed_in_time(site: Site) -> Iterator[str]:
    today = clock.today()
    moved = date(today.year if today.month >= 4 else today.year - 1, 4, 1)
    found = _rows(
        site,
        "SELECT max(at) FROM oplog_operation WHERE verb = 'access:staff:import' AND outcome = 'done'",
    )[0][0]
    if found is None:
        raise NotShown("人事情報を取り込んだ記録がまだありません。")
    if isinstance(found, datetime) and found.astimezone(clock.JAPAN).date() < moved:
        yield f"{moved:%Y-%m-%d} の定期の異動の後に、人事情報が取り込まれていません。"
