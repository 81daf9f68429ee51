"""The closed list of errors: stable code, family, and a Japanese sentence (what, why, what to do)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Family(Enum):
    """Decides the exit code of the command line and the HTTP status."""

    INPUT = (2, 422)
    DENIED = (3, 403)
    CONFLICT = (4, 409)
    NOT_FOUND = (5, 404)
    SETUP = (6, 503)
    FAULT = (70, 500)
    UNAVAILABLE = (75, 503)

    @property
    def exit_code(self) -> int:
        """Process exit code (75 = EX_TEMPFAIL: the same command may be run again)."""
        return self.value[0]

    @property
    def http_status(self) -> int:
        return self.value[1]


class ErrorCode(Enum):
    """Every error Todoke can raise. The name is the stable code; never reuse or rename one."""

    INPUT_REFUSED = (
        Family.INPUT,
        "{file} を受け付けませんでした。誤りのある行が {count} 件あります。一覧の行を直して、もう一度取り込んでください。",
    )
    INPUT_MISSING = (Family.INPUT, "{file} が見つかりません。ファイル名と置き場所を確かめてください。")
    INPUT_CHANGED = (
        Family.CONFLICT,
        "{file} の内容が封印した時と異なります。元のファイルに戻すか、新しい版として取り込んでください。",
    )
    USAGE_INVALID = (
        Family.INPUT,
        "命令の書き方が正しくありません（{detail}）。「{command} --help」で使い方を確かめてください。",
    )
    NUMBER_INVALID = (
        Family.INPUT,
        "{kind}の形式または検査数字が正しくありません。番号を確かめて入力し直してください。",
    )
    RECORD_INVALID = (Family.INPUT, "レコードを読み書きできません（{detail}）。該当箇所を直してください。")
    TEXT_LOST = (
        Family.INPUT,
        "{file} には変換先で表せない文字または符号が {count} 件あるため、何も書き出していません。"
        "一覧を見て、外字表・拡張表・縮退表を指定するか、--unmappable で扱いを決めてください。",
    )
    PROMISE_BROKEN = (
        Family.CONFLICT,
        "守られていない措置が {broken} 件、まだ示されていない措置が {open} 件あります。理由を読み、直してから確かめ直してください。",
    )
    PROMISE_NOT_SHOWN = (
        Family.NOT_FOUND,
        "まだ示されていない措置が {open} 件あります。確認または記録を加えてから確かめ直してください。",
    )
    PERMISSION_DENIED = (
        Family.DENIED,
        "この操作（{permission}）を行う権限がありません。権限が必要なときは事務所管課を通じて申請してください。",
    )
    FORM_STALE = (
        Family.DENIED,
        "画面を開いた後にサインインし直したか、別の場所からの送信のため、受け付けませんでした。"
        "前の画面を開き直して、もう一度操作してください。",
    )
    REQUEST_INVALID = (
        Family.INPUT,
        "ブラウザーから届いた内容を読み取れません。処理していません。画面を開き直し、大きすぎるファイルを選んでいないか確かめてください。",
    )
    SIGN_IN_REFUSED = (
        Family.DENIED,
        "サインインできません。職員ID・パスワード・本人確認・端末のいずれかが登録と一致しないか、続けて誤ったため"
        "受付を止めています。30秒以上おいてやり直し、それでもできないときはシステム管理者に連絡してください。",
    )
    SESSION_LIVE = (
        Family.CONFLICT,
        "この職員IDは別の場所でサインイン中です。そちらをサインアウトしてください。"
        "できないときは所管課の責任職に引継ぎの許可を求めてください。IDの共用は禁止されています。",
    )
    SESSION_OVER = (
        Family.DENIED,
        "サインインの状態ではありません（{reason}）。もう一度サインインしてください。",
    )
    TERMINAL_REFUSED = (
        Family.DENIED,
        "この端末では操作できません。サインインした端末に戻るか、端末の登録をシステム管理者に確かめてください。",
    )
    TRAINING_OVERDUE = (
        Family.DENIED,
        "特定個人情報保護の研修の受講記録が期限を過ぎているため、権限を停止しています。"
        "研修を受け、所管課の責任職に受講の記録を求めてください。",
    )
    CONTRACT_OVER = (
        Family.DENIED,
        "委託契約の期間外のため、権限を停止しています。契約の登録を所管課を通じて確かめてください。",
    )
    CONTRACT_FULL = (
        Family.CONFLICT,
        "委託契約の人数を超えるため、取り込みませんでした。従事者名簿の人数か、契約の登録を直してください。",
    )
    PASSWORD_EXPIRED = (
        Family.DENIED,
        "仮のパスワードのままでは操作できません。先にパスワードを変更してください。",
    )
    PASSWORD_WEAK = (Family.INPUT, "このパスワードは使えません（{detail}）。別のパスワードにしてください。")
    VERIFY_AGAIN = (
        Family.DENIED,
        "この操作（{permission}）の前に本人確認が必要です。画像認証またはパスキーで確認し、5分以内に操作してください。",
    )
    PURPOSE_MISSING = (
        Family.INPUT,
        "この操作（{permission}）には利用目的の入力が必要です。目的を記入してから操作してください。",
    )
    DIRECTORY_NOT_EMPTY = (
        Family.CONFLICT,
        "職員名簿は既に使われているため、最初の登録はできません。権限は依頼・設定・確認の手順で付与してください。",
    )
    SEARCH_TOO_VAGUE = (
        Family.INPUT,
        "この条件では候補を検索できません。{needed} のいずれかの組を、欠けのないように入力してください。",
    )
    SEARCH_TOO_OFTEN = (
        Family.DENIED,
        "候補の検索が1時間に {limit} 回を超えたため止めました。時間をおくか、一括照会を依頼してください。",
    )
    REGISTRATION_REFUSED = (Family.CONFLICT, "この登録はできません（{detail}）。{todo}")
    NUMBER_SEARCH_STOPPED = (
        Family.DENIED,
        "番号による検索が上限（{limit}）を超えたため止め、システム管理者に知らせました。"
        "時間をおいて、番号を確かめてから検索してください。",
    )
    QUERY_NOT_ALLOWED = (
        Family.INPUT,
        "この照会は送っていません（{detail}）。照会先と照会する情報を確かめ、権限が要るときは所管課を通じて申請してください。",
    )
    SENDER_REFUSED = (
        Family.DENIED,
        "通信相手を確認できないため受け付けませんでした（{detail}）。証明書と鍵の登録を確かめてください。",
    )
    MESSAGE_INVALID = (
        Family.INPUT,
        "受け取った電文を検証できません（{detail}）。処理していません。相手方の環境と版を確かめてください。",
    )
    MESSAGE_CONFLICT = (
        Family.CONFLICT,
        "同じ電文キーで内容の異なる電文があります（{detail}）。先の電文だけが有効です。新しいキーで送り直してください。",
    )
    CONTRACT_UNKNOWN = (
        Family.NOT_FOUND,
        "電文の種類 {contract} を扱う窓口がありません。種類の名前と版を確かめてください。",
    )
    CLOCK_SKEW = (
        Family.SETUP,
        "{party} の時計が当方より {seconds} 秒 {side}います（許容は ±{allowed} 秒）。処理していません。"
        "両方の機器の時刻同期を確かめてください。",
    )
    KEY_EXPIRED = (
        Family.SETUP,
        "{party} の鍵の有効期間が {until} に切れました。"
        "古い鍵ファイルを退避し、todoke keys init で作り直してください。",
    )
    KEY_EXPIRING = (
        Family.SETUP,
        "期限まで {days} 日以内、または期限の切れた鍵と証明書が {count} 件あります。"
        "「todoke keys renew」で新しくしてください（運用は止まりません）。",
    )
    KEY_NOT_YET_VALID = (
        Family.SETUP,
        "{party} の鍵は {since} から有効です。機器の時刻を確かめ、正しければその時までお待ちください。",
    )
    SAME_PERSON = (
        Family.CONFLICT,
        "提案・審査・承認・支払など、前の段階を行った職員はこの操作を行えません。別の職員が操作してください。",
    )
    EXPORT_FORBIDDEN = (
        Family.DENIED,
        "{fields} は秘密の項目のため出力できません。ほかの項目を選んでください。",
    )
    STATE_CONFLICT = (
        Family.CONFLICT,
        "現在の状態ではこの操作はできません（{detail}）。画面または一覧で状態を確かめてください。",
    )
    REGISTER_OLD = (
        Family.CONFLICT,
        "住民記録が古いため、印刷も発送もできません（{detail}）。最新の住民記録を取り込んでから、もう一度行ってください。",
    )
    RECORDS_DIFFER = (
        Family.CONFLICT,
        "三者の情報提供等記録が {count} 件で食い違っています。不正または障害のおそれがあるため、管理者に連絡してください。",
    )
    DECISION_DIFFERS = (
        Family.CONFLICT,
        "判定 {run} を封印された規則と入力でやり直した結果が、封印された結果と異なります。"
        "この判定による支払を止め、判定した時と今の版（{versions}）を添えて、システム管理者に連絡してください。",
    )
    CONFORMANCE_FAILED = (
        Family.CONFLICT,
        "試験したサーバーは {count} 件の規則を満たしていません。一覧の説明を見て直し、もう一度試験してください。",
    )
    LOG_DAMAGED = (
        Family.CONFLICT,
        "操作の記録が検証に合いません（{log}：{reason}）。改ざんまたは障害のおそれがあるため、記録を保全し、監査責任者に連絡してください。",
    )
    LOG_FORKED = (
        Family.CONFLICT,
        "操作の記録 {log} が、以前に証人として確かめた内容と食い違います（{reason}）。改ざんまたは復元のおそれがあるため、監査責任者に連絡してください。",
    )
    LOG_TIME_BACK = (
        Family.CONFLICT,
        "操作の記録 {log} を封印できません（{detail}）。古い控えからの復元や時計の狂いがないか確かめてください。",
    )
    LOG_LAGGING = (
        Family.UNAVAILABLE,
        "操作の記録 {log} の封印が {seconds} 秒遅れています。長く開いたままの取引がないか確かめてください。",
    )
    LOG_UNSAFE = (
        Family.SETUP,
        "{log} のデータベースは確定前に応答する設定です（synchronous_commit={value}）。"
        "操作の記録が失われるおそれがあるため動かしません。on に直してください。",
    )
    ALREADY_DONE = (Family.CONFLICT, "この処理は既に済んでいます（{detail}）。二重に行うことはできません。")
    NOT_FOUND = (Family.NOT_FOUND, "{what}が見つかりません。指定を確かめてください。")
    SETUP_MISSING = (Family.SETUP, "設定が足りません（{detail}）。{todo}")
    PICTURE_UNREADABLE = (
        Family.INPUT,
        "送られたものを写真として読めません。JPEG または PNG（{megabytes} MB 以下）で、もう一度撮ってください。",
    )
    FACE_MISSING = (
        Family.INPUT,
        "顔が写っていません。カメラの正面に座り、顔全体が枠に入るようにして、もう一度撮ってください。",
    )
    FACE_SEVERAL = (
        Family.INPUT,
        "二人以上の顔が写っています。本人だけが写るように周りの人に離れてもらい、もう一度撮ってください。",
    )
    FACE_SMALL = (
        Family.INPUT,
        "顔が小さすぎます。カメラに近づき、顔が枠いっぱいに入るようにして、もう一度撮ってください。",
    )
    FACE_BLURRED = (
        Family.INPUT,
        "顔がぼやけています。レンズの汚れを拭き、動かずに、もう一度撮ってください。",
    )
    FACE_LIGHT = (
        Family.INPUT,
        "顔が暗すぎるか明るすぎます。逆光を避けて照明を調え、もう一度撮ってください。",
    )
    FACE_TURNED = (
        Family.INPUT,
        "顔が正面を向いていません。カメラをまっすぐ見て、もう一度撮ってください。",
    )
    FACE_DIFFERS = (
        Family.DENIED,
        "登録された顔と一致しませんでした。正面を向いてもう一度撮ってください。続くときは管理者に登録し直しを頼んでください。",
    )
    FACE_NOT_LINKED = (
        Family.DENIED,
        "この職員IDには顔が登録されていません。事務所管課を通じて、管理者に画像の紐づけを頼んでください。",
    )
    FACE_UNREADABLE = (
        Family.CONFLICT,
        "登録された顔のデータを開けません（{detail}）。使わずに止めました。管理者に登録し直しを頼んでください。",
    )
    FACTOR_WAIT = (
        Family.DENIED,
        "本人確認に続けて失敗したため、あと {seconds} 秒は受け付けません。時間をおいて、もう一度試してください。",
    )
    FACTOR_LOCKED = (
        Family.DENIED,
        "本人確認の失敗が {limit} 回に達したため、この職員IDを止めました。管理者に本人であることを示し、解除を頼んでください。",
    )
    PASSKEY_REFUSED = (
        Family.DENIED,
        "パスキーを確認できませんでした（{detail}）。自分のパスキーでもう一度試し、続くときは管理者に登録し直しを頼んでください。",
    )
    PASSKEY_UNKNOWN = (
        Family.DENIED,
        "この職員IDには使えるパスキーが登録されていません。事務所管課を通じて、管理者に登録を頼んでください。",
    )
    CHALLENGE_SPENT = (
        Family.CONFLICT,
        "本人確認の受付番号が使用済みか期限切れです。画面を開き直し、最初からもう一度行ってください。",
    )
    PASSKEY_FILE_INVALID = (
        Family.INPUT,
        "パスキーのファイルを開けません（{detail}）。ファイルと暗証句を確かめてください。",
    )
    PROCESS_STOPPED = (
        Family.UNAVAILABLE,
        "{what}の処理が途中で止まりました（終了コード {code}）。同じ命令をもう一度実行すると続きから再開します。",
    )
    BACKUP_REFUSED = (
        Family.CONFLICT,
        "控え {backup} を受け付けません（{reason}）。何も書いていません。別の控えか、正しい鍵を使ってください。",
    )
    BACKUP_BEHIND = (
        Family.CONFLICT,
        "控え {backup} は、他の領域が証人として確かめた記録より古いか、比べる証人の控えがないため、復元しません（{logs}）。"
        "新しい控えを探し、なければ理由（--accept-loss）と、決定した職員二人（--accepted-by）を書いてください。",
    )
    ALARMS_RING = (
        Family.CONFLICT,
        "警報が {count} 件あります。一覧の値と上限を見て、原因を直してください。",
    )
    UNEXPECTED = (
        Family.FAULT,
        "予期しない誤りが起きたため止めました（{kind}）。途中の処理は取り消されています。表示された場所を添えて開発元に知らせてください。",
    )
    SERVICE_CLOSED = (
        Family.UNAVAILABLE,
        "{what}は今、受け付けていません（{reason}）。出した仕事は残っており、再開すると自動で送ります。",
    )
    MIGRATION_STOPPED = (
        Family.CONFLICT,
        "団体 {municipality} のデータベースを用意できないため止めました（{kind}）。まだ手を付けていない団体は {untouched} です。"
        "原因を直して同じ命令をもう一度実行すると、済んだ団体を飛ばして続けます。",
    )
    KEY_WITHDRAWN = (
        Family.UNAVAILABLE,
        "{party} の副本と回答を開く鍵が、団体から渡されていません。処理せずに止めました。"
        "団体が鍵を渡すと（鍵の置き場所に戻すと）自動で再開します。",
    )
    DISK_FULL = (
        Family.UNAVAILABLE,
        "ディスクに空きがないため書けません。途中のものは完成品として扱いません。空きを作り、同じ命令をもう一度実行してください。",
    )
    UNAVAILABLE = (
        Family.UNAVAILABLE,
        "{what}に接続できません。結果は未確定です。同じ命令をもう一度実行すると続きから再開します。",
    )

    @property
    def family(self) -> Family:
        return self.value[0]

    @property
    def sentence(self) -> str:
        return self.value[1]

    @property
    def plain_sentence(self) -> str:
        """The sentence without its details, for whoever may not learn them."""
        return _DETAIL.sub("…", _BRACKETED.sub("", self.sentence))


_BRACKETED = re.compile(r"（[^（）]*\{\w+\}[^（）]*）")
_DETAIL = re.compile(r"\{\w+\}")


class TodokeError(Exception):
    """The one base error. `details` must never hold personal data: they are printed and logged."""

    def __init__(self, code: ErrorCode, /, **details: str | int) -> None:
        self.code = code
        self.details = details
        self.sentence = code.sentence.format(**details)
        super().__init__(f"{code.name}: {self.sentence}")

    def __reduce__(self) -> tuple[object, ...]:
        """An error of a worker process reaches the one that waits for it, whatever its class asks for when made."""
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[TodokeError], args: tuple[object, ...], state: dict[str, object]) -> TodokeError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


@dataclass(frozen=True, kw_only=True)
class BadRow:
    """One refused cell. `row` counts the header as line 1; `shown` is masked when the column is personal."""

    file: str
    row: int
    column: str
    shown: str
    rule: str

    def __str__(self) -> str:
        return f"{self.file}:{self.row} {self.column} 「{self.shown}」 {self.rule}"


class InputRefused(TodokeError):
    """A whole file refused, with every bad row (DESIGN law 8)."""

    def __init__(self, file: str, rows: Sequence[BadRow]) -> None:
        self.rows = tuple(rows)
        super().__init__(ErrorCode.INPUT_REFUSED, file=file, count=len(self.rows))
