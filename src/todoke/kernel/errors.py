"""The closed list of errors: stable code, family, and a Japanese sentence (what, why, what to do)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Family(Enum):
    """Decides the exit code of the command line and the HTTP status."""

    INPUT = (2, 422)
    DENIED = (3, 403)
    CONFLICT = (4, 409)
    NOT_FOUND = (5, 404)
    SETUP = (6, 500)
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
    PERMISSION_DENIED = (
        Family.DENIED,
        "この操作（{permission}）を行う権限がありません。権限が必要なときは事務所管課を通じて申請してください。",
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
        "電文の時刻が {seconds} 秒ずれています（許容は ±{allowed} 秒）。両方の機器の時刻同期を確かめてください。",
    )
    KEY_EXPIRED = (
        Family.SETUP,
        "{party} の鍵の有効期間が {until} に切れました。"
        "古い鍵ファイルを退避し、todoke keys init で作り直してください。",
    )
    KEY_NOT_YET_VALID = (
        Family.SETUP,
        "{party} の鍵は {since} から有効です。機器の時刻を確かめ、正しければその時までお待ちください。",
    )
    SAME_PERSON = (
        Family.CONFLICT,
        "審査・承認・支払は別の職員が行う必要があります。別の職員が操作してください。",
    )
    STATE_CONFLICT = (
        Family.CONFLICT,
        "現在の状態ではこの操作はできません（{detail}）。画面または一覧で状態を確かめてください。",
    )
    RECORDS_DIFFER = (
        Family.CONFLICT,
        "三者の情報提供等記録が {count} 件で食い違っています。不正または障害のおそれがあるため、管理者に連絡してください。",
    )
    ALREADY_DONE = (Family.CONFLICT, "この処理は既に済んでいます（{detail}）。二重に行うことはできません。")
    NOT_FOUND = (Family.NOT_FOUND, "{what}が見つかりません。指定を確かめてください。")
    SETUP_MISSING = (Family.SETUP, "設定が足りません（{detail}）。{todo}")
    PROCESS_STOPPED = (
        Family.UNAVAILABLE,
        "{what}の処理が途中で止まりました（終了コード {code}）。同じ命令をもう一度実行すると続きから再開します。",
    )
    UNEXPECTED = (
        Family.FAULT,
        "予期しない誤りが起きたため止めました（{kind}）。途中の処理は取り消されています。表示された場所を添えて開発元に知らせてください。",
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


class TodokeError(Exception):
    """The one base error. `details` must never hold personal data: they are printed and logged."""

    def __init__(self, code: ErrorCode, /, **details: str | int) -> None:
        self.code = code
        self.details = details
        super().__init__(f"{code.name}: {code.sentence.format(**details)}")


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
