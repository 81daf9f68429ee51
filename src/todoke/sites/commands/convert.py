"""`todoke convert`: データ変換 of files from the command line. It needs no site and opens no database."""

from __future__ import annotations

from pathlib import Path

import click

from todoke.access.guard import open_verb
from todoke.batch.progress import TerminalMeter
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records.codes import reduction, supplements
from todoke.records.codes.coded_set import CodedSet, Profile
from todoke.records.codes.names import CODINGS, Coding, coding
from todoke.records.converting import records, text
from todoke.records.converting.file_layouts import file_layout
from todoke.records.converting.policy import Policy, Unmappable
from todoke.records.converting.records import Format, RecordFile, format_of
from todoke.records.converting.report import Report
from todoke.records.converting.text import Conversion

_FILE = click.Path(path_type=Path)
_FORMATS = click.Choice([form.value for form in Format])
_NAMES = "、".join(CODINGS)


@click.command("convert", epilog=f"文字集合: {_NAMES}")
@click.argument("source", metavar="IN", type=_FILE)
@click.argument("target", metavar="OUT", type=_FILE)
@click.option("--from", "from_", required=True, metavar="SET", help="変換元の文字集合")
@click.option("--to", required=True, metavar="SET", help="変換先の文字集合")
@click.option(
    "--layout", "layout_name", metavar="NAME", help="レコードの様式（省略時はただの文字列として変換）"
)
@click.option("--in-format", type=_FORMATS, help="変換元の形式（省略時は拡張子から）")
@click.option("--out-format", type=_FORMATS, help="変換先の形式（省略時は拡張子から）")
@click.option("--profile", type=click.Choice([p.value for p in Profile]), help="波ダッシュ系の字の読み方")
@click.option("--gaiji", type=_FILE, help="市の外字表 (CSV)")
@click.option("--extension", type=_FILE, help="製造者の拡張領域の表 (CSV, JSON)")
@click.option("--reduce", "reduce_", type=_FILE, help="縮退表 (CSV) または MJ縮退マップ (JSON)")
@click.option("--mj-list", type=_FILE, help="MJ文字図形名の一覧 (CSV: name,sequence)")
@click.option("--reduce-by-unicode", is_flag=True, help="互換漢字と異体字を Unicode の定めで縮退する")
@click.option(
    "--ivs", type=click.Choice(["keep", "drop"]), default="keep", show_default=True, help="異体字セレクタ"
)
@click.option(
    "--unmappable",
    type=click.Choice([choice.value for choice in Unmappable]),
    default=Unmappable.ERROR.value,
    show_default=True,
    help="変換先にない字: 書き出さない・〓にする・符号を書く",
)
@click.option("--dry-run", is_flag=True, help="何が失われるかだけを示し、何も書き出さない")
@open_verb("渡されたファイルだけを読み書きし、記録もデータベースも開かない")
def convert(
    source: Path,
    target: Path,
    *,
    from_: str,
    to: str,
    layout_name: str | None,
    in_format: str | None,
    out_format: str | None,
    profile: str | None,
    gaiji: Path | None,
    extension: Path | None,
    reduce_: Path | None,
    mj_list: Path | None,
    reduce_by_unicode: bool,
    ivs: str,
    unmappable: str,
    dry_run: bool,
) -> None:
    """IN を OUT に変換します。失われる字があれば、書き出す前に字ごとの件数と初出の場所を示します。"""
    supplied = _Supplied(gaiji, extension, Profile(profile) if profile else None)
    conversion = Conversion(
        supplied.applied(coding(from_)),
        supplied.applied(coding(to)),
        Policy(
            Unmappable(unmappable), ivs == "keep", _reduction(reduce_, mj_list, by_unicode=reduce_by_unicode)
        ),
    )
    supplied.check()
    if layout_name is None:
        _text(conversion, source, target, dry_run=dry_run)
        return
    ends = (
        RecordFile(source, format_of(source, in_format)),
        RecordFile(target, format_of(target, out_format)),
    )
    with TerminalMeter(source.name) as meter:
        progress = _Progress(meter)
        report = records.convert(
            conversion,
            file_layout(layout_name),
            *ends,
            dry_run=dry_run,
            told=_tell,
            progress=progress.reached,
        )
    _finished(report, target, dry_run=dry_run)


def _text(conversion: Conversion, source: Path, target: Path, *, dry_run: bool) -> None:
    with TerminalMeter(source.name) as meter:
        if source.is_file():
            meter.total(source.stat().st_size)
        progress = _Progress(meter)
        report = text.convert(
            conversion, source, None if dry_run else target, told=_tell, progress=progress.reached
        )
    _finished(report, target, dry_run=dry_run)


class _Progress:
    """Turns "so much in all" into steps of a meter."""

    def __init__(self, meter: TerminalMeter) -> None:
        self._meter, self._done = meter, 0

    def reached(self, done: int) -> None:
        self._meter.advance(done - self._done)
        self._done = done


class _Supplied:
    """The operator's tables and profile; each must find a set to work on."""

    def __init__(self, gaiji: Path | None, extension: Path | None, profile: Profile | None) -> None:
        self._gaiji, self._extension, self._profile = gaiji, extension, profile
        self._used = False

    def applied(self, of: Coding) -> Coding:
        """The set with them, if it is one with codes of its own; Unicode is left as it is."""
        if not isinstance(of, CodedSet):
            return of
        self._used = True
        if self._extension:
            extension = supplements.load(self._extension)
            changed = sum(
                of.table.reading.get(code, text) != text for code, text in extension.reading.items()
            )
            of = supplements.with_extension(of, extension)
            click.echo(
                f"{self._extension.name}: {len(extension.reading):,} 符号。うち組込みの表と異なる {changed:,} 符号はこの表に従います",
                err=True,
            )
        if self._gaiji:
            of = supplements.with_gaiji(of, supplements.load(self._gaiji), file=self._gaiji.name)
        return of.with_profile(self._profile) if self._profile else of

    def check(self) -> None:
        """Nothing that was given may go unused."""
        if (self._gaiji or self._extension) and not self._used:
            detail = "--gaiji と --extension は Unicode どうしの変換には使えません"
            raise TodokeError(ErrorCode.USAGE_INVALID, detail=detail, command="todoke convert")


def _reduction(table: Path | None, figures: Path | None, *, by_unicode: bool) -> reduction.Reduction | None:
    if table is None:
        return reduction.Reduction() if by_unicode else None
    found = reduction.load(table, figures)
    return reduction.Reduction(found.table, by_unicode)


def _tell(report: Report) -> None:
    for line in report.lines():
        click.echo(line, err=True)


def _finished(report: Report, target: Path, *, dry_run: bool) -> None:
    if dry_run:
        click.echo(f"書き出していません。失われる字・符号: {report.lost:,} 件")
    else:
        click.echo(f"{target.name}: {report.bytes_out:,} バイト。失われた字・符号: {report.lost:,} 件")
