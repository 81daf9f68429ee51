"""The road of the main job as one list: every step of the city in order, each resumable (issue 2 §4)."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from todoke.batch.steps import StepReport

PROGRAMME = "r3-nontaxable"


WORDS: Final = {
    "tax": "課税情報", "assistance": "付帯状況", "residents": "住民", "eligible": "支給対象", "ineligible": "対象外",
    "undecided": "未確定", "abroad": "国外からの転入", "unreachable": "照会できない", "cases": "付番", "files": "ファイル",
    "excluded_moved_out": "転出のため別送", "excluded_protected": "支援措置のため別送", "excluded_died": "死亡のため見合わせ",
    "duplicate": "重複", "no_case": "対象外の世帯から", "passed": "適合", "deficient": "不備", "declined": "辞退",
    "approved_yen": "承認額（円）", "batches": "支払単位", "prepared_yen": "起案額（円）", "released_batches": "確定した支払単位",
    "released_yen": "確定額（円）", "bank_files": "振込ファイル", "paid_count": "振込件数", "paid_yen": "振込額（円）",
    "ACCOUNT_MISSING": "口座の記入なし", "BRANCH_UNKNOWN": "支店なし", "DECLINED": "辞退の記入", "NAME_DIFFERS": "名義違い",
    "notice": "お知らせ", "confirmation": "確認書", "application": "申請書", "missing": "判定に足りない事柄",
    "PROTECTED_BY_HAND": "支援措置（個別審査）", "SUPPORTER_TAXED": "課税者の扶養", "DECLARATION_MISSING": "扶養の申告なし",
}  # fmt: skip
"""Control totals as a person reads them; a total without a word here is shown by its name."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What one step did and cost. `peak_mib` is the process's highest memory so far."""

    step: str
    seconds: float
    taken: int
    accepted: int
    refused: int
    totals: dict[str, int]
    peak_mib: int


@dataclass(frozen=True)
class Stage:
    """One step of the road: its Japanese title and what it runs."""

    step: str
    title: str
    run: Callable[[], list[StepReport]]


def drive(stages: list[Stage], figures: Path, say: Callable[[str], None]) -> list[Figure]:
    """Run the stages in order, telling counts; keeps the figures of finished stages over a restart."""
    kept = _read(figures)
    for stage in stages:
        _reset_peak()
        begun = time.monotonic()
        reports = stage.run()
        seconds = time.monotonic() - begun
        if stage.step not in kept or not all(report.resumed for report in reports):
            kept[stage.step] = _figure(stage, reports, seconds)
            _write(figures, kept)
        say(_line(stage, kept[stage.step], resumed=all(report.resumed for report in reports)))
    return [kept[stage.step] for stage in stages]


def _figure(stage: Stage, reports: list[StepReport], seconds: float) -> Figure:
    totals: dict[str, int] = {}
    for report in reports:
        totals.update(report.counts.totals)
    return Figure(
        step=stage.step,
        seconds=round(seconds, 3),
        taken=sum(report.counts.taken for report in reports),
        accepted=sum(report.counts.accepted for report in reports),
        refused=sum(report.counts.refused for report in reports),
        totals=totals,
        peak_mib=_peak_mib(),
    )


def _line(stage: Stage, figure: Figure, *, resumed: bool) -> str:
    totals = "、".join(f"{WORDS.get(name, name)} {value:,}" for name, value in figure.totals.items())
    note = "（済み）" if resumed else f"{figure.seconds:6.1f} 秒"
    return f"{stage.title:　<14} {note}  件数 {figure.taken:,} → {figure.accepted:,}  除外 {figure.refused:,}  {totals}"


def _read(path: Path) -> dict[str, Figure]:
    if not path.is_file():
        return {}
    return {entry["step"]: Figure(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))}


def _write(path: Path, figures: dict[str, Figure]) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps([asdict(f) for f in figures.values()], ensure_ascii=False, indent=1))
    unfinished.replace(path)


def _reset_peak() -> None:
    """Let the kernel count the peak of the next stage alone, where it offers that."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def _peak_mib() -> int:
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
