"""異体字・旧字体: which written forms of a character stand for the same one when people are compared.

Each entry is the form of comparison followed by the forms that fold into it. The first table is the 康熙字典体
that 常用漢字表 (平成22年内閣告示第2号) and 人名用漢字別表第二 (戸籍法施行規則) set beside today's characters; the
second holds forms of surnames (MJ 縮退 and 誤字俗字・正字一覧表 know them). A character that is a name of its own
stays apart: 斉 and 斎, 島 and 嶋 are not folded.
"""

from __future__ import annotations

from typing import Final

EDITION: Final = "2026-11"
"""Of all rules of this package; stored beside every normal form, and changed with any table or rule."""

_OLD_FORMS = """
亜亞 悪惡 圧壓 囲圍 医醫 為爲 壱壹 稲稻 飲飮 隠隱 営營 栄榮 衛衞 駅驛 円圓 塩鹽 縁緣 艶艷 応應 欧歐
殴毆 桜櫻 奥奧 横橫 温溫 穏穩 仮假 価價 画畫 会會 絵繪 壊壞 懐懷 概槪 拡擴 殻殼 覚覺 学學 岳嶽 楽樂
渇渴 勧勸 巻卷 寛寬 関關 歓歡 缶罐 観觀 陥陷 気氣 帰歸 偽僞 戯戲 犠犧 旧舊 拠據 挙擧 虚虛 峡峽 挟挾
狭狹 郷鄕 暁曉 区區 駆驅 勲勳 薫薰 径徑 恵惠 渓溪 経經 掲揭 継繼 茎莖 蛍螢 軽輕 鶏鷄 芸藝 撃擊 欠缺
倹儉 剣劍 圏圈 検檢 権權 献獻 研硏 県縣 険險 顕顯 験驗 厳嚴 戸戶 呉吳 娯娛 効效 広廣 恒恆 鉱鑛 黄黃
号號 国國 黒黑 歳歲 済濟 砕碎 斎齋 剤劑 雑雜 参參 桟棧 蚕蠶 惨慘 賛贊 残殘 歯齒 児兒 湿濕 実實 写寫
釈釋 寿壽 収收 従從 渋澁 獣獸 縦縱 粛肅 処處 緒緖 叙敍 将將 称稱 渉涉 焼燒 証證 奨奬 条條 乗乘 状狀
剰剩 浄淨 畳疊 縄繩 壌壤 嬢孃 譲讓 醸釀 触觸 嘱囑 真眞 寝寢 慎愼 尽盡 図圖 粋粹 酔醉 穂穗 随隨 髄髓
枢樞 数數 瀬瀨 声聲 静靜 斉齊 清淸 摂攝 窃竊 専專 戦戰 浅淺 潜潛 繊纖 践踐 銭錢 禅禪 双雙 壮壯 争爭
荘莊 捜搜 挿插 巣巢 装裝 総總 騒騷 増增 蔵藏 臓臟 即卽 属屬 続續 堕墮 対對 体體 帯帶 滞滯 台臺 滝瀧
択擇 沢澤 担擔 単單 胆膽 団團 断斷 弾彈 遅遲 痴癡 虫蟲 昼晝 鋳鑄 庁廳 徴徵 聴聽 勅敕 鎮鎭 逓遞 鉄鐵
点點 転轉 伝傳 灯燈 当當 党黨 盗盜 闘鬪 徳德 独獨 読讀 届屆 弐貳 悩惱 脳腦 覇霸 拝拜 廃廢 売賣 麦麥
発發 髪髮 抜拔 晩晚 蛮蠻 秘祕 浜濱 瓶甁 払拂 仏佛 併倂 並竝 餅餠 辺邊邉 変變 弁辨瓣辯 舗舖 歩步 宝寶
豊豐 褒襃 没沒 翻飜 毎每 万萬 満滿 麺麵 黙默 弥彌 訳譯 薬藥 与與 予豫 余餘 誉譽 揺搖 様樣 謡謠 来來
頼賴 乱亂 覧覽 竜龍 両兩 猟獵 緑綠 涙淚 塁壘 励勵 礼禮 霊靈 齢齡 歴歷 暦曆 恋戀 錬鍊 炉爐 労勞 郎郞
楼樓 録錄 湾灣 亘亙 凜凛 尭堯 巌巖 晃晄 桧檜 槙槇 祷禱 禄祿 穣穰 萌萠 遥遙 顔顏 亀龜 教敎 告吿 産產
糸絲 辞辭 舎舍 絶絕 戻戾 隷隸 瑶瑤 聡聰 弯彎 晋晉 蒋蔣 鴬鶯 麹麴 屏屛 掴摑 讃讚
"""
_SURNAME_FORMS = """
高髙 崎﨑嵜 吉𠮷 浜濵 桑桒 柳栁 船舩 館舘 曽曾 富冨 鉄鐡 角⻆ 峰峯 淵渕渊 梁樑 昇曻 彦彥 柏栢 鶴鸖 橋𣘺
土𡈽 𠮟叱 竜龒 翠翆 煕熙凞 悦悅 説說 税稅 鋭銳 脱脫 閲閱 尚尙 内內 呂吕 宮宫 青靑 冴冱 嘉𣚽 芦蘆
靭靱 頴穎 鴎鷗 祢禰 薮藪 籠篭 竃竈 迩邇 侠俠 頬頰 填塡 剥剝 痩瘦 繋繫 蝉蟬
"""


def _folds() -> dict[str, str]:
    groups = (_OLD_FORMS + _SURNAME_FORMS).split()
    return {form: group[0] for group in groups for form in group[1:]}


FOLDS: Final = _folds()
"""Every form that is folded, and into what."""
