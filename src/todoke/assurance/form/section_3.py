"""様式 Ⅲ リスク対策: once for each file. Where the form asks for 措置, promises answer (`assurance.promises`)."""

from __future__ import annotations

from typing import Final

from todoke.assurance.form.parts import Choice, Heading, Part, Row, Section, Text, marks

SUFFICIENT: Final = ("特に力を入れている", "十分である", "課題が残されている")
STRIVING: Final = ("特に力を入れて行っている", "十分に行っている", "十分に行っていない")
SUBCONTRACTORS: Final = ("特に力を入れている", "十分に行っている", "十分に行っていない", "再委託していない")
ACCIDENTS: Final = ("発生あり", "発生なし")
AUTHENTICATION: Final = ("行っている", "行っていない")
RULED: Final = ("定めている", "定めていない")
_NETWORK: Final = "情報提供ネットワークシステム"


def risks(letter: str) -> Section:
    """The section about file A or B."""
    key = f"III-{letter}"
    return Section(
        "Ⅲ リスク対策 ※(7. ②を除く。)",
        (
            Part("1. 特定個人情報ファイル名", (Text(f"{key}.1", ""),)),
            _obtaining(f"{key}.2"),
            _use(f"{key}.3"),
            _outsourcing(f"{key}.4"),
            _handing_on(f"{key}.5"),
            _network(f"{key}.6"),
            _keeping(f"{key}.7"),
            Part(
                "8. 監査", (marks(f"{key}.8.実施の有無", "実施の有無", "自己点検", "内部監査", "外部監査"),)
            ),
            Part(
                "9. 従業者に対する教育・啓発",
                (
                    Choice(f"{key}.9", "従業者に対する教育・啓発", STRIVING),
                    Text(f"{key}.9.具体的な方法", "具体的な方法"),
                ),
            ),
            Part("10. その他のリスク対策", (Text(f"{key}.10", ""),)),
        ),
        file=letter,
    )


def _obtaining(key: str) -> Part:
    about = f"特定個人情報の入手({_NETWORK}を通じた入手を除く。)"
    return Part(
        f"2. 特定個人情報の入手（{_NETWORK}を通じた入手を除く。）",
        (
            Heading("リスク： 目的外の入手が行われるリスク"),
            Text(f"{key}.リスク.措置", "リスクに対する措置の内容"),
            _sufficient(f"{key}.リスク"),
            *_others(key, f"{about}におけるその他のリスク及びそのリスクに対する措置"),
        ),
    )


def _use(key: str) -> Part:
    return Part(
        "3. 特定個人情報の使用",
        (
            Heading("リスク1： 目的を超えた紐付け、事務に必要のない情報との紐付けが行われるリスク"),
            Text(f"{key}.リスク1.措置", "リスクに対する措置の内容"),
            _sufficient(f"{key}.リスク1"),
            Heading("リスク2： 権限のない者(元職員、アクセス権限のない職員等)によって不正に使用されるリスク"),
            Choice(f"{key}.リスク2.ユーザ認証の管理", "ユーザ認証の管理", AUTHENTICATION),
            Text(f"{key}.リスク2.具体的な管理方法", "具体的な管理方法"),
            Text(f"{key}.リスク2.その他の措置", "その他の措置の内容"),
            _sufficient(f"{key}.リスク2"),
            *_others(key, "特定個人情報の使用におけるその他のリスク及びそのリスクに対する措置"),
        ),
    )


def _outsourcing(key: str) -> Part:
    about = "特定個人情報ファイルの取扱いの委託"
    return Part(
        f"4. {about}",
        (
            marks(key, "", "委託しない"),
            Heading("リスク： 委託先における不正な使用等のリスク"),
            Choice(
                f"{key}.リスク.規定", "委託契約書中の特定個人情報ファイルの取扱いに関する規定", RULED
            ),
            Text(f"{key}.リスク.規定の内容", "規定の内容"),
            Choice(
                f"{key}.リスク.再委託先", "再委託先による特定個人情報ファイルの適切な取扱いの担保",
                SUBCONTRACTORS,
            ),
            Text(f"{key}.リスク.具体的な方法", "具体的な方法"),
            Text(f"{key}.リスク.その他の措置", "その他の措置の内容"),
            _sufficient(f"{key}.リスク"),
            *_others(key, f"{about}におけるその他のリスク及びそのリスクに対する措置"),
        ),
    )  # fmt: skip


def _handing_on(key: str) -> Part:
    about = f"特定個人情報の提供・移転(委託や{_NETWORK}を通じた提供を除く。)"
    return Part(
        f"5. 特定個人情報の提供・移転（委託や{_NETWORK}を通じた提供を除く。）",
        (
            marks(key, "", "提供・移転しない"),
            Heading("リスク： 不正な提供・移転が行われるリスク"),
            Choice(f"{key}.リスク.ルール", "特定個人情報の提供・移転に関するルール", RULED),
            Text(f"{key}.リスク.ルールの内容", "ルールの内容及びルール遵守の確認方法"),
            Text(f"{key}.リスク.その他の措置", "その他の措置の内容"),
            _sufficient(f"{key}.リスク"),
            *_others(key, f"{about}におけるその他のリスク及びそのリスクに対する措置"),
        ),
    )


def _network(key: str) -> Part:
    return Part(
        f"6. {_NETWORK}との接続",
        (
            marks(key, "", "接続しない(入手)", "接続しない(提供)"),
            Heading("リスク1： 目的外の入手が行われるリスク"),
            Text(f"{key}.リスク1.措置", "リスクに対する措置の内容"),
            _sufficient(f"{key}.リスク1"),
            Heading("リスク2： 不正な提供が行われるリスク"),
            Text(f"{key}.リスク2.措置", "リスクに対する措置の内容"),
            _sufficient(f"{key}.リスク2"),
            *_others(key, f"{_NETWORK}との接続に伴うその他のリスク及びそのリスクに対する措置"),
        ),
    )


def _keeping(key: str) -> Part:
    return Part(
        "7. 特定個人情報の保管・消去",
        (
            Heading("リスク： 特定個人情報の漏えい・滅失・毀損リスク"),
            Choice(f"{key}.リスク.①", "①事故発生時手順の策定・周知", STRIVING),
            Choice(
                f"{key}.リスク.②",
                "②過去3年以内に、評価実施機関において、個人情報に関する重大事故が発生したか",
                ACCIDENTS,
            ),
            Text(f"{key}.リスク.②.内容", "その内容"),
            Text(f"{key}.リスク.②.再発防止策", "再発防止策の内容"),
            Text(f"{key}.リスク.その他の措置", "その他の措置の内容"),
            _sufficient(f"{key}.リスク"),
            *_others(key, "特定個人情報の保管・消去におけるその他のリスク及びそのリスクに対する措置"),
        ),
    )


def _sufficient(risk: str) -> Choice:
    return Choice(f"{risk}.十分か", "リスクへの対策は十分か", SUFFICIENT)


def _others(key: str, title: str) -> tuple[Row, ...]:
    return (Heading(title), Text(f"{key}.その他のリスク", ""))
