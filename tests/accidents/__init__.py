"""Accidents of other cities that cannot happen here, each a test named after its city (facts/benefit.md §3).

| city | what happened | what stops it | test |
|---|---|---|---|
| 阿武町 2022 | a paper order beside the file: 46.3 million yen once more | one output a batch, no other order, bank debit = file before the day closes | test_paying: abu |
| 天栄村 2020 | the file of one day went to the bank twice | handed over once, by a named person; the same results once | test_paying: tenei |
| 寝屋川市 2020 | the list of the paid was stale, 993 paid again | the ledger itself is the list; one living attempt a household | test_paying: neyagawa |
| 宮崎市 2024 | one row of the paid list deleted, paid again | nothing can be deleted; a file is made of rows reserved with it | test_paying: miyazaki |
| 富士河口湖町 2020 | another file than noted went out: "paid" was not set | the mark comes from the bank's list of that very file | test_paying: kawaguchiko |
| 所沢市・大阪市・室蘭市 2020 | by mail and on-line, both paid | one arrival a household, whatever the route | test_paying: tokorozawa |
| 木津川市 2020 | one form typed on two days, paid twice | one form counts a household, for ever | test_paying: kizugawa |
| 仙台市 2022 | 151 paid into the old account | a failed case goes back only with another account, examined anew | test_paying: sendai |
| 公金受取口座 2023 | accounts of relatives and strangers of the same name | name on the account = name in the register, at examination and payment | test_paying: stranger |
| 横須賀市 2024 | a step that removes the dead was lost | asked once more at the moment of payment | test_paying: yokosuka |
| 上越市 2022 | the treaty rule came after the extraction | decided again, and what is approved is taken back | test_deciding: joetsu |
| 笛吹市 2022 | a wrong date was looked at, 33 paid | one base date in the rules; who came a day later is nobody | test_deciding: fuefuki |
| 安来市 2022 | tax data of movers-in half loaded, 26 letters | who has no answer is undecided, and undecided has no number | test_deciding: yasugi |
| 上峰町 2024 | new head of a household that was paid | households are known by lineage and by former head | test_deciding: kamimine |
| 課税情報 2023 | another person's tax record, same name and birthday | an answer counts only if all four attributes agree | test_deciding: mislinked |

Letters to the dead or to former addresses, another person's sheet, protected addresses: tests of the letters and the intake.
"""
