"""Rows of records out of XML, as it streams by; a file with a DTD is refused."""

from __future__ import annotations

from xml.parsers import expat

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records.converting.file_layouts import FileLayout
from todoke.records.converting.intake import Refusals
from todoke.records.masking import shown


class XmlRows:
    """Rows out of XML as it streams by."""

    def __init__(self, layout: FileLayout, refusals: Refusals) -> None:
        self._columns = {name: place for place, name in enumerate(layout.columns)}
        self._refusals = refusals
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.buffer_text = True
        self._path: list[str] = []
        self._row: list[str] = []
        self._done: list[tuple[int, list[str]]] = []

    def feed(self, text: str) -> list[tuple[int, list[str]]]:
        self._parser.Parse(text.encode(), False)
        done, self._done = self._done, []
        return done

    def close(self) -> None:
        self._parser.Parse(b"", True)

    def _doctype(self, *_: object) -> None:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"{self._refusals.file}: DTD は受け付けません")

    def _start(self, name: str, _: dict[str, str]) -> None:
        self._path.append(name)
        expected = {1: {"records"}, 2: {"record"}, 3: set(self._columns)}.get(len(self._path), set())
        if name not in expected:
            rule = "この様式にない要素です"
            self._refusals.note(self._parser.CurrentLineNumber, shown(name, personal=False), "", rule)
        if len(self._path) == 2:
            self._row = [""] * len(self._columns)

    def _end(self, name: str) -> None:
        self._path.pop()
        if len(self._path) == 1:
            self._done.append((self._parser.CurrentLineNumber, self._row))

    def _characters(self, text: str) -> None:
        if len(self._path) == 3 and self._path[2] in self._columns:
            self._row[self._columns[self._path[2]]] += text
        elif text.strip():
            self._refusals.note(self._parser.CurrentLineNumber, "（行全体）", "", "項目の外に文字があります")
