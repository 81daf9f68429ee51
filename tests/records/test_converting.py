"""Plain text from set to set: what is lost is said before anything is written, and nothing else is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from todoke import cli
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.records.codes import reduction, supplements
from todoke.records.codes.coded_set import CodedSet, Profile
from todoke.records.codes.names import coding
from todoke.records.codes.reduction import Reduction
from todoke.records.converting.policy import Policy, Unmappable
from todoke.records.converting.report import Change, Report
from todoke.records.converting.text import Conversion, convert, convert_bytes

TEXT = "東京都葛\U000e0101飾区１～２\n𠮷田　髙島屋€\n"
HEX = Policy(Unmappable.HEX)


def to(name: str, policy: Policy, *, profile: Profile | None = None) -> Conversion:
    target = coding(name)
    if profile:
        assert isinstance(target, CodedSet)
        target = target.with_profile(profile)
    return Conversion(coding("utf-8"), target, policy)


def counts(report: Report) -> dict[tuple[str, str], int]:
    return {(change.name, subject): tally.count for (change, subject, _), tally in report.tallies.items()}


def back(name: str, data: bytes) -> str:
    return convert_bytes(Conversion(coding(name), coding("utf-8")), data)[0].decode()


def test_hex_says_what_was_there() -> None:
    data, report = convert_bytes(to("ibm939", HEX), TEXT.encode())
    assert back("ibm939", data) == "東京都<U+845B U+E0101>飾区１<U+FF5E>２\n<U+20BB7>田　髙島屋<U+20AC>\n"
    assert counts(report) == {
        ("UNWRITABLE", "葛\U000e0101"): 1,
        ("UNWRITABLE", "～"): 1,
        ("UNWRITABLE", "𠮷"): 1,
        ("UNWRITABLE", "€"): 1,
    }
    places = {subject: tally.places for (_, subject, _), tally in report.tallies.items()}
    assert places == {
        "葛\U000e0101": ["1行4文字目"],
        "～": ["1行9文字目"],
        "𠮷": ["2行1文字目"],
        "€": ["2行7文字目"],
    }


def test_geta_stands_for_what_is_lost_and_a_selector_may_be_dropped() -> None:
    policy = Policy(Unmappable.GETA, keep_selectors=False)
    data, report = convert_bytes(to("ibm939", policy, profile=Profile.JIS), TEXT.encode())
    assert back("ibm939", data) == "東京都葛飾区１〜２\n〓田　髙島屋〓\n"
    assert counts(report) == {
        ("SHAPE", "葛\U000e0101"): 1,
        ("UNWRITABLE", "𠮷"): 1,
        ("UNWRITABLE", "€"): 1,
        ("RESPELT", "～"): 1,
    }


def test_unicode_keeps_or_drops_selectors() -> None:
    kept, _ = convert_bytes(to("utf-16be", Policy()), TEXT.encode())
    assert kept.decode("utf-16-be") == TEXT
    dropped, report = convert_bytes(to("utf-16be", Policy(keep_selectors=False)), TEXT.encode())
    assert dropped.decode("utf-16-be") == TEXT.replace("\U000e0101", "")
    assert counts(report) == {("SHAPE", "葛\U000e0101"): 1}


def test_the_error_policy_writes_nothing_but_tells_everything(tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_text(TEXT, encoding="utf-8")
    told: list[Report] = []
    with pytest.raises(TodokeError) as refused:
        convert(to("ibm939", Policy()), source, target, told=told.append)
    assert refused.value.code is ErrorCode.TEXT_LOST
    assert told[0].lost == 4
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_the_report_comes_before_the_file(tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_text(TEXT, encoding="utf-8")
    seen: list[bool] = []
    convert(to("ibm939", HEX), source, target, told=lambda _: seen.append(target.exists()))
    assert seen == [False]
    assert target.exists()


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.write_text(TEXT, encoding="utf-8")
    assert convert(to("ibm939", Policy()), source, None).lost == 4
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize("block", [3, 5, 1 << 20])
def test_blocks_do_not_change_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr("todoke.records.converting.text.BLOCK", block)
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_text(TEXT * 3, encoding="utf-8")
    report = convert(to("ibm939", HEX), source, target)
    data, whole = convert_bytes(to("ibm939", HEX), TEXT.encode() * 3)
    assert target.read_bytes() == data
    assert list(report.lines()) == list(whole.lines())


def test_codes_without_a_character_follow_the_policy() -> None:
    raw = bytes.fromhex("28b0a141a1b0a229c1")
    source = coding("jef")
    for policy, expected in ((Unmappable.HEX, "亜<X'41A1'>啞A"), (Unmappable.GETA, "亜〓啞A")):
        data, report = convert_bytes(Conversion(source, coding("utf-8"), Policy(policy)), raw)
        assert data.decode() == expected
        assert counts(report) == {("NO_CHARACTER", "X'41A1'"): 1}
        assert report.tallies[Change.NO_CHARACTER, "X'41A1'", expected[1:-2]].places == ["先頭から4バイト目"]
    with pytest.raises(TodokeError):
        convert_bytes(Conversion(source, coding("utf-8")), raw)


def test_spare_codes_shifts_and_own_characters_are_counted() -> None:
    _, report = convert_bytes(Conversion(coding("cp932"), coding("utf-8")), b"\xfa\x54\xf0\x40")
    assert counts(report) == {("SPARE", "￢"): 1, ("PRIVATE", "\ue000"): 1}
    _, report = convert_bytes(Conversion(coding("jef"), coding("utf-8")), bytes.fromhex("282938b0a129"))
    assert counts(report) == {("SHIFTS", ""): 3}


def test_extension_and_own_characters_from_files(tmp_path: Path) -> None:
    extension, gaiji = tmp_path / "extension.csv", tmp_path / "gaiji.csv"
    extension.write_text("code,sequence,use\n41A1,U+4E02,\n41A5,U+4E08 U+E0103,base\n", encoding="utf-8")
    gaiji.write_text("code,sequence,use\n80A1,U+845B U+E0101,\n", encoding="utf-8")
    jef = coding("jef")
    assert isinstance(jef, CodedSet)
    jef = supplements.with_extension(jef, supplements.load(extension))
    jef = supplements.with_gaiji(jef, supplements.load(gaiji), file=gaiji.name)
    text = "丂丈\U000e0103葛\U000e0101葛"
    data, report = convert_bytes(Conversion(coding("utf-8"), jef), text.encode())
    assert data.hex() == "2841a141a580a1b3eb29"
    assert not report.tallies
    assert convert_bytes(Conversion(jef, coding("utf-8")), data)[0].decode() == text


def test_reduction_by_unicode_and_by_table(tmp_path: Path) -> None:
    table = tmp_path / "reduce.csv"
    table.write_text("from,to\nU+9AD9,U+9AD8\n", encoding="utf-8")
    policy = Policy(Unmappable.HEX, reduction=reduction.load(table))
    data, report = convert_bytes(to("shift_jis-2004", policy), "髙葛\U000e0101\uf900𠮷\ue000".encode())
    assert data.decode("shift_jis_2004") == "高葛\u8c48<U+20BB7><U+E000>"
    assert counts(report)["REDUCED", "髙"] == 1
    assert counts(report)["REDUCED", "葛\U000e0101"] == 1
    assert counts(report)["UNWRITABLE", "\ue000"] == 1


def test_the_map_of_mj_figures(tmp_path: Path) -> None:
    """The form of the MJ縮退マップ: figures by name, grounds in order of their firmness."""
    shrink, figures = tmp_path / "MJShrinkMap.json", tmp_path / "mj.csv"
    items = [
        {
            "MJ文字図形名": "MJ028902",
            "JIS包摂規準・UCS統合規則": [{"JIS X 0213": "1-25-66", "UCS": "U+9AD8"}],
        },
        {
            "MJ文字図形名": "MJ000001",
            "読み・字形による類推": [{"JIS X 0213": "1-16-01", "UCS": "U+4E9C"}],
            "辞書類等による関連字": [{"JIS X 0213": "1-16-02", "UCS": "U+5516"}],
        },
        {"MJ文字図形名": "MJ000002"},
    ]
    shrink.write_text(json.dumps({"meta": {}, "content": items}), encoding="utf-8")
    figures.write_text(
        "name,sequence\nMJ028902,U+9AD9\nMJ000001,U+20001 U+E0102\nMJ000002,U+20002\n", encoding="utf-8"
    )
    found = reduction.load(shrink, figures)
    assert found.table == {"髙": "高", "\U00020001\U000e0102": "唖"}
    with pytest.raises(TodokeError):
        reduction.load(shrink)


def test_bad_reductions_are_refused(tmp_path: Path) -> None:
    table = tmp_path / "reduce.csv"
    for text in ("from,into\nU+9AD9,U+9AD8\n", "from,to\nU+9AD9,\n", "from,to\n髙,高\n"):
        table.write_text(text, encoding="utf-8")
        with pytest.raises(InputRefused):
            reduction.load(table)


def test_candidates_are_tried_best_first() -> None:
    table = Reduction({"葛\U000e0101": "A", "葛": "B"})
    assert list(table.candidates("葛\U000e0101")) == ["A", "葛", "B"]
    assert list(Reduction().candidates("\ufa30")) == ["\u4fae"]


def run(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(["convert", *arguments])
    shown = capsys.readouterr()
    return int(ended.value.code or 0), shown.out, shown.err


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.dat"
    source.write_text(TEXT, encoding="utf-8")
    ends = ("--from", "utf-8", "--to", "ibm939", str(source), str(target))
    code, out, err = run(*ends, "--dry-run", capsys=capsys)
    assert (code, "失われる字・符号: 4 件" in out) == (0, True)
    assert "𠮷 U+20BB7" in err
    assert not target.exists()
    code, out, err = run(*ends, capsys=capsys)
    assert (code, out) == (2, "")
    assert "TEXT_LOST" in err
    code, out, err = run(*ends, "--unmappable", "geta", "--ivs", "drop", "--profile", "jis", capsys=capsys)
    assert code == 0
    assert back("ibm939", target.read_bytes()) == "東京都葛飾区１〜２\n〓田　髙島屋〓\n"
    code, _, err = run("--from", "utf-8", "--to", "ebcdic", str(source), str(target), capsys=capsys)
    assert (code, "ibm939" in err) == (5, True)
    code, _, err = run(
        "--from", "utf-8", "--to", "utf-16le", "--gaiji", "x.csv", str(source), str(target), capsys=capsys
    )
    assert code == 2
