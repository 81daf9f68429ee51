"""操作の一覧 (events): the closed catalogue of verbs, each with what it says in Japanese.

A test walks the code for every verb that is logged and every permission; what is missing here fails it. `what` and
`deed` make the sentence 「(誰)が(どこで) 世帯の課税情報を 参照 しました」; `deed` is always a noun with する.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Kind(Enum):
    """種別: what sort of operation it is, for search and for the self-inspection sheet."""

    READ = "閲覧"
    CHANGE = "変更"
    OUTPUT = "出力"
    SIGN_IN = "認証"
    RIGHTS = "権限管理"
    EXCHANGE = "情報連携"
    LOG = "記録の管理"


@dataclass(frozen=True)
class Event:
    """One verb: its kind, its object with particle, and its deed."""

    kind: Kind
    what: str
    deed: str

    def done(self) -> str:
        """As a thing done: 「課税情報を参照しました」."""
        return f"{self.what}{self.deed}しました"


_R, _C, _O, _S, _A, _X, _L = Kind

EVENTS: Final[dict[str, Event]] = {
    "access:alarm:ring": Event(_S, "職員IDの使われ方について警報を", "発報"),
    "access:contract:register": Event(_A, "委託契約を", "登録"),
    "access:directory:bootstrap": Event(_A, "最初の管理者を", "登録"),
    "access:directory:read": Event(_R, "職員名簿を", "参照"),
    "access:face:confirm": Event(_A, "顔画像の登録を", "確認"),
    "access:face:link": Event(_A, "職員に顔画像を", "登録"),
    "access:factor:forget": Event(_A, "職員の認証要素を", "抹消"),
    "access:factor:unlock": Event(_A, "認証要素の停止を", "解除"),
    "access:factor:verify": Event(_S, "認証要素による本人確認を", "実施"),
    "access:grant:confirm": Event(_A, "権限の設定を", "確認"),
    "access:grant:expire": Event(_A, "確認されなかった権限を", "失効"),
    "access:grant:request": Event(_A, "権限の設定を", "依頼"),
    "access:grant:revoke": Event(_A, "権限を", "取消"),
    "access:grant:set": Event(_A, "権限を", "設定"),
    "access:matrix:print": Event(_O, "アクセス権限と事務の対応表を", "出力"),
    "access:passkey:invite": Event(_A, "パスキーの登録を", "案内"),
    "access:passkey:register": Event(_A, "パスキーを", "登録"),
    "access:password:change": Event(_S, "自分のパスワードを", "変更"),
    "access:password:reset": Event(_A, "職員のパスワードを", "再設定"),
    "access:screen:open": Event(_R, "画面を", "表示"),
    "access:session:begin": Event(_S, "サインインを", "実施"),
    "access:session:end": Event(_A, "他の職員の利用を", "終了"),
    "access:session:list": Event(_R, "利用中の職員の一覧を", "参照"),
    "access:session:reap": Event(_S, "期限を過ぎた利用を", "終了"),
    "access:session:sign_out": Event(_S, "サインアウトを", "実施"),
    "access:session:take_over": Event(_S, "別の端末での利用の引継ぎを", "実施"),
    "access:session:use": Event(_S, "サインイン後の利用を", "継続"),
    "access:session:verify": Event(_S, "利用中の本人確認を", "実施"),
    "access:staff:import": Event(_A, "人事情報を", "登録"),
    "access:terminal:register": Event(_A, "端末を", "登録"),
    "access:training:record": Event(_A, "研修の受講を", "登録"),
    "benefits:answer:import": Event(_C, "照会の回答を", "登録"),
    "benefits:application:approve": Event(_C, "申請の支給を", "承認"),
    "benefits:application:examine": Event(_C, "申請を", "審査"),
    "benefits:application:receive": Event(_C, "確認書または申請書を", "受付"),
    "benefits:application:take_back": Event(_C, "審査または承認の取消しを", "実施"),
    "benefits:case:number": Event(_C, "給付管理番号を", "付番"),
    "benefits:contact:note": Event(_C, "連絡先の電話番号を", "記録"),
    "benefits:decision:decide": Event(_C, "世帯の課税情報により支給を", "判定"),
    "benefits:household:read": Event(_R, "世帯の住民情報・課税情報・付帯状況を", "参照"),
    "benefits:inquiry:ask": Event(_C, "税情報の照会を", "依頼"),
    "benefits:letter:print": Event(_O, "確認書または通知を", "印刷"),
    "benefits:person:list": Event(_R, "検索で見つかった一人を一覧に", "表示"),
    "benefits:person:search": Event(_R, "住民を", "検索"),
    "benefits:payment:output": Event(_O, "総合振込ファイルを", "出力"),
    "benefits:payment:prepare": Event(_C, "支払の束を", "作成"),
    "benefits:payment:release": Event(_C, "支払を", "確定"),
    "benefits:programme:approve": Event(_C, "事業の改定を", "承認"),
    "benefits:programme:differences": Event(_R, "改定によって判定が変わる世帯の一覧を", "参照"),
    "benefits:programme:propose": Event(_C, "事業の改定を", "提案"),
    "benefits:programme:read": Event(_R, "事業と判定ルールを", "参照"),
    "benefits:programme:try": Event(_C, "改定による判定の違いを", "試算"),
    "benefits:protection:read": Event(_R, "支援措置の理由と秘匿した住所を", "参照"),
    "benefits:register:take": Event(_C, "住民記録を給付管理システムに", "取込"),
    "benefits:source:import": Event(_C, "課税情報と付帯状況を", "登録"),
    "inquiry:abroad:write": Event(_O, "国外転入者の一覧を", "出力"),
    "inquiry:answer:refuse": Event(_C, "あり得ない内容の回答を回答エラーに", "決定"),
    "inquiry:answer:suspect": Event(_C, "回答の疑わしい団体について警報を", "発報"),
    "inquiry:answer:write": Event(_O, "照会結果のファイルを", "出力"),
    "inquiry:file:operate": Event(_C, "税情報一括照会のファイルを", "操作"),
    "inquiry:matrix:read": Event(_R, "照会の状況を", "参照"),
    "inquiry:order:take": Event(_C, "照会の依頼を", "受付"),
    "inquiry:original:read": Event(_R, "回答の原本を", "閲覧"),
    "inquiry:reply:take": Event(_C, "照会結果ファイルを", "取込"),
    "inquiry:query:expire": Event(_C, "期限までに回答のない照会を", "整理"),
    "inquiry:query:reask": Event(_C, "失敗した照会だけを", "再照会"),
    "inquiry:request:plan": Event(_C, "照会ファイルを", "編成"),
    "exchange:message:receive": Event(_X, "電文を", "受領"),
    "inquiry:request:submit": Event(_X, "照会ファイルを統合番号連携システムに", "送付"),
    "inquiry:request:write": Event(_O, "照会ファイルを", "作成"),
    "inquiry:result:take": Event(_C, "照会の結果を", "受領"),
    "inquiry:second:plan": Event(_C, "二回目の照会を", "編成"),
    "inquiry:subject:read": Event(_R, "照会対象者の照会の理由と経過を", "参照"),
    "intermediary:held:confirm": Event(_X, "保留した提供の許可を", "確認"),
    "intermediary:held:contact": Event(_X, "照会元への確認を", "記録"),
    "intermediary:held:expire": Event(_X, "期限の過ぎた保留を", "終了"),
    "intermediary:held:open": Event(_R, "保留した提供の対象者を", "参照"),
    "intermediary:held:read": Event(_R, "保留した提供の一覧を", "参照"),
    "intermediary:held:release": Event(_X, "保留した提供を", "許可"),
    "intermediary:inquiry:inquire": Event(_X, "情報照会を", "受付"),
    "intermediary:inquiry:read": Event(_R, "情報照会の状況を", "参照"),
    "intermediary:link_code:acquire": Event(_X, "符号の取得をネットワークに", "要求"),
    "intermediary:link_code:release": Event(_X, "符号の終了を", "登録"),
    "intermediary:link_code:expire": Event(_X, "使われなかった取得番号を", "抹消"),
    "intermediary:link_code:report": Event(_X, "符号を取得したかどうかを団体に", "回答"),
    "intermediary:link_code:store": Event(_X, "符号を", "登録"),
    "intermediary:list:fetch": Event(_X, "照会許可照会リストの写しを", "取得"),
    "intermediary:permit:receive": Event(_X, "情報提供許可証を", "受領"),
    "intermediary:permit:renew": Event(_X, "情報提供許可証の更新を", "要求"),
    "intermediary:provision:provide": Event(_X, "特定個人情報を", "提供"),
    "intermediary:provision:read": Event(_R, "情報提供の状況を", "参照"),
    "intermediary:provision:receive": Event(_X, "提供された特定個人情報を", "受領"),
    "intermediary:provision:refused": Event(_X, "提供が相手に拒まれたことを", "確認"),
    "intermediary:provision:untaken": Event(_X, "受け取れない提供を", "記録"),
    "intermediary:record:compare": Event(_X, "情報提供等記録をネットワークの記録と", "突合"),
    "intermediary:figures:read": Event(_R, "情報連携の統計を", "参照"),
    "intermediary:record:confirm": Event(_X, "情報提供等記録の不開示の判断を", "確認"),
    "intermediary:record:disclose": Event(_O, "開示する情報提供等記録を", "印刷"),
    "intermediary:record:mark": Event(_X, "情報提供等記録の不開示の判断を", "提案"),
    "intermediary:record:note": Event(_X, "相手方の不開示の判断を", "記録"),
    "intermediary:record:read": Event(_R, "情報提供等記録を", "参照"),
    "intermediary:record:untaken": Event(_X, "受け取られない不開示の判断を", "記録"),
    "intermediary:replica:watch": Event(_R, "副本の登録状況を", "参照"),
    "intermediary:replica:operate": Event(_X, "中間サーバーの運用を", "実施"),
    "intermediary:replica:register": Event(_X, "副本を", "登録"),
    "intermediary:report:untaken": Event(_X, "受け取られない提供の報告を", "記録"),
    "intermediary:replica:compare": Event(_X, "副本の照合値を", "引渡"),
    "intermediary:result:collect": Event(_X, "情報照会の結果を", "引渡"),
    "intermediary:state:watch": Event(_R, "団体ごとの件数を", "確認"),
    "intermediary:service:pause": Event(_X, "中間サーバーの計画停止を", "登録"),
    "intermediary:service:resume": Event(_X, "中間サーバーの計画停止を", "終了"),
    "linkage:answer:hand-over": Event(_X, "照会の回答を給付の側に", "引渡"),
    "linkage:code:again": Event(_X, "符号の取得をもう一度", "要求"),
    "linkage:code:monitor": Event(_R, "符号の取得状況の一覧を", "参照"),
    "linkage:code:request": Event(_X, "符号の取得を中間サーバーに", "要求"),
    "linkage:code:stand": Event(_X, "符号を取得したかどうかを中間サーバーに", "確認"),
    "linkage:code:want": Event(_X, "符号が要る人を", "登録"),
    "linkage:code:release": Event(_X, "訂正した番号の符号の終了を中間サーバーに", "通知"),
    "linkage:consistency:compare": Event(_X, "住登外者の住基ネットとの整合性を", "確認"),
    "linkage:correction:confirm": Event(_C, "統合番号の訂正を", "確認"),
    "linkage:correction:read": Event(_R, "統合番号の訂正の依頼を", "参照"),
    "linkage:correction:request": Event(_C, "統合番号の訂正を", "依頼"),
    "linkage:conversion:download": Event(_O, "番号変換の回答ファイルを", "出力"),
    "linkage:conversion:receive": Event(_C, "番号変換の依頼ファイルを", "受付"),
    "linkage:difference:confirm": Event(_C, "住基ネットの4情報による更新を", "確認"),
    "linkage:difference:read": Event(_R, "住基ネットとの差異を", "参照"),
    "linkage:difference:settle": Event(_C, "住基ネットとの差異を", "処理"),
    "linkage:file:arrive": Event(_X, "既存業務システムのファイルを", "受付"),
    "linkage:file:forget": Event(_C, "連携したファイルの内容を", "削除"),
    "linkage:file:make": Event(_X, "既存業務システムへのファイルを", "作成"),
    "linkage:file:read": Event(_R, "ファイル連携の状況を", "参照"),
    "linkage:file:run": Event(_X, "既存業務システムとのファイル連携を", "実施"),
    "linkage:form:renew": Event(_C, "4情報の比較形を", "更新"),
    "linkage:intermediary:watch": Event(_R, "中間サーバーの稼働状況を", "確認"),
    "intermediary:key:rotate": Event(_C, "副本と回答を封印する鍵を", "更新"),
    "linkage:key:rotate": Event(_C, "個人番号を封印する鍵を", "更新"),
    "linkage:message:send": Event(_X, "受け付けた仕事を中間サーバーに", "送信"),
    "linkage:number:convert": Event(_R, "統合番号への変換を", "実施"),
    "linkage:number:load": Event(_C, "番号の対応を", "登録"),
    "linkage:number:mask": Event(_R, "個人番号の末尾を", "参照"),
    "linkage:number:operate": Event(_C, "統合番号連携の運用を", "実施"),
    "linkage:number:search": Event(_R, "番号による一人の検索を", "実施"),
    "linkage:person:open": Event(_R, "統合番号の紐付けを", "参照"),
    "linkage:person:search": Event(_R, "4情報による候補を", "検索"),
    "linkage:protection:read": Event(_R, "自動応答不可の理由を", "参照"),
    "linkage:query:ask": Event(_X, "一人分の情報照会を画面から", "依頼"),
    "linkage:query:drop": Event(_C, "受け取られなかった照会の回答を", "廃棄"),
    "linkage:query:follow": Event(_R, "一人分の情報照会の状態を", "参照"),
    "linkage:query:take": Event(_R, "一人分の情報照会の回答を一度だけ", "表示"),
    "linkage:replica:confirm": Event(_X, "副本の訂正を", "確認"),
    "linkage:replica:decline": Event(_X, "副本の訂正を", "差戻し"),
    "linkage:replica:delete_files": Event(_C, "送信の済んだ副本登録用ファイルを", "削除"),
    "linkage:replica:operate": Event(_C, "副本登録の運用を", "実施"),
    "linkage:replica:propose": Event(_X, "副本の訂正を", "提案"),
    "linkage:replica:receive": Event(_C, "副本登録用ファイルを", "受付"),
    "linkage:replica:reconcile": Event(_X, "正本と副本の照合を", "実施"),
    "linkage:replica:repair": Event(_X, "照合で違った副本の再登録を", "依頼"),
    "linkage:replica:send": Event(_X, "副本の登録を中間サーバーに", "送付"),
    "linkage:replica:show": Event(_R, "確認待ちの副本の訂正を", "参照"),
    "linkage:queue:set": Event(_A, "ファイル連携の待ち行列を", "設定"),
    "linkage:queue:stop": Event(_A, "ファイル連携の待ち行列の停止または再開を", "実施"),
    "linkage:right:confirm": Event(_A, "番号変換の許可を", "確認"),
    "linkage:right:declare": Event(_A, "番号変換の許可を", "申請"),
    "linkage:system:convert": Event(_R, "既存業務システムのための番号変換を", "実施"),
    "linkage:system:register": Event(_A, "既存業務システムを", "登録"),
    "linkage:query:give-up": Event(_X, "回答のない照会を", "終了"),
    "linkage:query:send": Event(_X, "情報照会を中間サーバーに", "送付"),
    "linkage:query:submit": Event(_X, "情報照会の依頼を", "受付"),
    "linkage:result:take": Event(_X, "情報照会の結果を", "受領"),
    "linkage:result:unmatched": Event(_X, "該当のない結果を", "記録"),
    "network:discrepancy:settle": Event(_X, "情報提供等記録の不一致を", "処置"),
    "linkage:registration:confirm": Event(_C, "住登外者の登録を", "確認"),
    "linkage:registration:read": Event(_R, "住登外者の登録依頼と候補を", "参照"),
    "linkage:registration:request": Event(_C, "住登外者の登録を", "依頼"),
    "network:juki:attributes": Event(_X, "本人確認情報を", "登録"),
    "network:juki:load": Event(_X, "住民票コードの対応を", "登録"),
    "network:keys:make": Event(_A, "ネットワークの鍵を", "作成"),
    "network:link_code:acquire": Event(_X, "符号を", "発行"),
    "network:link_code:expire": Event(_X, "届けられなかった取得番号を", "抹消"),
    "network:link_code:refused": Event(_X, "符号の受取が拒まれたことを", "確認"),
    "network:list:fetch": Event(_X, "照会許可照会リストを", "取得"),
    "network:list:operate": Event(_X, "照会許可照会リストを", "発行"),
    "network:permit:renew": Event(_X, "情報提供許可証の更新を", "審査"),
    "network:permit:request": Event(_X, "情報提供許可証を", "発行"),
    "network:record:nondisclose": Event(_X, "当事者の不開示の判断を", "記録"),
    "network:provision:refused": Event(_X, "提供の求めが相手に拒まれたことを", "確認"),
    "network:provision:report": Event(_X, "提供の報告を", "受領"),
    "network:record:compare": Event(_X, "情報提供等記録を", "突合"),
    "network:resident:provide": Event(_X, "本人確認情報を市区町村に", "提供"),
    "oplog:checkpoint:refused": Event(_L, "他の領域の記録の証人となることを", "拒否"),
    "oplog:entry:erase": Event(_L, "記録の個人に関する部分の消去を", "確認"),
    "oplog:entry:read": Event(_L, "操作の記録を", "閲覧"),
    "oplog:entry:request_erasure": Event(_L, "記録の個人に関する部分の消去を", "申請"),
    "oplog:log:export": Event(_L, "操作の記録を", "書出し"),
    "oplog:log:verify": Event(_L, "操作の記録を", "検証"),
    "oplog:month:drop": Event(_L, "保存期間を過ぎた記録の削除を", "確認"),
    "oplog:month:request_drop": Event(_L, "保存期間を過ぎた記録の削除を", "申請"),
    "privacy:export:approve": Event(_O, "個人情報の持出しを", "承認"),
    "privacy:export:fetch": Event(_O, "個人情報の持出し用ファイルを", "取得"),
    "privacy:export:list": Event(_R, "個人情報の持出しの申請の一覧を", "参照"),
    "privacy:export:make": Event(_O, "個人情報の持出し用ファイルを", "作成"),
    "privacy:export:preview": Event(_R, "個人情報の持出しの内容を", "確認"),
    "privacy:export:reap": Event(_O, "期限の過ぎた持出し用ファイルを", "削除"),
    "privacy:export:request": Event(_O, "個人情報の持出しを", "申請"),
    "privacy:list:download": Event(_O, "一覧を", "ファイルに保存"),
    "privacy:purge:confirm": Event(_C, "保管期限を過ぎた情報の削除を", "確認"),
    "privacy:purge:list": Event(_R, "保存期間と消去の記録を", "参照"),
    "privacy:purge:request": Event(_C, "保管期限を過ぎた情報の削除を", "申請"),
    "privacy:purge:run": Event(_C, "保管期限を過ぎた情報を", "削除"),
    "privacy:purge:show": Event(_R, "保管期限を過ぎた情報の件数を", "参照"),
    "residents:change:import": Event(_C, "住民の異動を", "登録"),
    "residents:snapshot:import": Event(_C, "住民記録を", "登録"),
}
"""Verb → event. A verb that is no longer used stays: old entries must still read well."""


def event_of(verb: str) -> Event:
    """The event of a verb; of an unknown one an event that shows the verb itself, since a log is read for ever."""
    return EVENTS.get(verb) or Event(Kind.CHANGE, f"「{verb}」を", "実施")


def verbs_of(kind: Kind) -> list[str]:
    """The verbs of one kind."""
    return [verb for verb, event in EVENTS.items() if event.kind is kind]
