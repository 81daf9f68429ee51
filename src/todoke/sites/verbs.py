"""The verbs of the one command, by name: where each is implemented, what it is for, and in which realm it runs."""

from __future__ import annotations

from dataclasses import dataclass

from todoke.sites.realms import Realm


@dataclass(frozen=True)
class Verb:
    """Where a verb is implemented, what it is for, and the realm it runs in (None: it needs no site).

    `any_realm`: the person says which, by the verb's `--realm` (the city where they do not).
    """

    module: str
    attribute: str
    help: str
    realm: Realm | None = None
    any_realm: bool = False


_SITES = "todoke.sites.commands.general"
_SIGN_IN = "todoke.sites.commands.sign_in"

VERBS = {
    "demo": Verb(_SITES, "demo", "架空の市の給付を始めから終わりまで行います"),
    "serve": Verb(_SITES, "serve", "サイトを動かします"),
    "sample": Verb("todoke.sample.commands", "sample", "架空の市の入力ファイルを作ります"),
    "bench": Verb(_SITES, "bench", "速さを測ります"),
    "convert": Verb("todoke.sites.commands.convert", "convert", "文字集合と形式を変換します"),
    "exchange": Verb(_SITES, "exchange", "領域をまたぐ記録の確認"),
    "conformance": Verb(
        "todoke.sites.commands.conformance", "conformance", "相手方のサーバーが規則を満たすか試験します"
    ),
    "keys": Verb("todoke.exchange.commands", "keys", "電文交換の鍵と証明書"),
    "database": Verb("todoke.sites.commands.database", "database", "データベースの起動・作成・状況"),
    "oplog": Verb("todoke.sites.commands.log", "group", "操作の記録の封印・検証・閲覧・削除"),
    "backup": Verb("todoke.sites.commands.backup", "group", "控えの作成・検証・復元と、媒体の台帳"),
    "terminal": Verb(
        "todoke.sites.commands.terminal", "terminal", "端末の証明書と、この機械を端末にする代理"
    ),
    "enrol": Verb(_SIGN_IN, "enrol", "初めて使うときの登録（パスワードとパスキー）", any_realm=True),
    "sign-in": Verb(_SIGN_IN, "sign_in", "サインイン", any_realm=True),
    "sign-out": Verb(_SIGN_IN, "sign_out", "サインアウト", any_realm=True),
    "staff": Verb("todoke.sites.commands.staff", "group", "職員名簿・権限・端末・委託契約", any_realm=True),
    "privacy": Verb(
        "todoke.sites.commands.privacy", "group", "保存期間を過ぎた情報の消去と、データの出力", any_realm=True
    ),
    "pia": Verb(
        "todoke.assurance.check_commands", "group", "特定個人情報保護評価書と、その措置の確認", any_realm=True
    ),
    "screens": Verb(_SITES, "screens", ""),
    "public": Verb(_SITES, "public", "市民が手続きの状況を見る画面を動かします"),
    "road": Verb(_SITES, "road", "", Realm.CITY),
    "neighbours": Verb("todoke.sample.commands", "neighbours", "", Realm.PLATFORM),
    "residents": Verb("todoke.systems.residents.commands", "group", "住民記録", Realm.CITY),
    "benefits": Verb("todoke.systems.benefits.commands", "group", "給付管理", Realm.CITY),
    "decide": Verb(
        "todoke.systems.benefits.commands", "decide", "支給判定と、封印した判定のやり直し", Realm.CITY
    ),
    "inquiry": Verb("todoke.systems.inquiry.commands", "group", "税情報一括照会", Realm.CITY),
    "linkage": Verb("todoke.systems.linkage.commands", "group", "統合番号連携", Realm.CITY),
    "intermediary": Verb("todoke.systems.intermediary.commands", "group", "中間サーバー", Realm.PLATFORM),
    "network": Verb("todoke.systems.network.commands", "group", "情報提供ネットワーク", Realm.NATIONAL),
}
"""Every verb of the first level; those without a help text are for our own processes and not listed."""
