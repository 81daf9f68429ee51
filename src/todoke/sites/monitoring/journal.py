"""機械の記録 (not the operation log): one JSON object a line, of a closed list of fields, each in a form that no name fits.

What a programmer writes into a log message is free text and may quote a row. So a text goes in only as it stands in our
code, as a constant; of its arguments only what is on a closed list or too short to be anybody's number: an error code, an
exception, a party, a database, a message kind, a count. Everything else is replaced by ‹…›.
"""

from __future__ import annotations

import ast
import builtins
import json
import logging
import os
import re
import sys
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from todoke.exchange import handlers
from todoke.kernel.errors import ErrorCode, TodokeError

ENVIRONMENT: Final = "TODOKE_LOG"
FIELDS: Final = ("at", "level", "logger", "event", "values", "error", "where")
"""All that a line may have."""

LOGGERS: Final = frozenset(
    f"todoke.{room}"
    for room in (
        "benefits",
        "exchange",
        "intermediary",
        "linkage",
        "linkage.files",
        "oplog",
        "pages",
        "sites",
    )
)
"""All that our code uses; a test reads it."""

HIDDEN: Final = "‹…›"
_OURS: Final = re.compile(
    r"(?:city|platform):\d{5}|network"  # a party
    r"|(?:residents|benefits|inquiry|linkage|network|intermediary_\d{5}|directory_(?:city|platform|national))"
    r"|-?\d{1,5}"  # a count or seconds: shorter than any number of a person, and than a date
)
_LIBRARIES: Final = frozenset(
    {"builtins", "django", "psycopg", "httpx", "todoke", "pyarrow", "duckdb", "msgspec"}
)
_ERRORS: Final = frozenset(
    {name for name, one in vars(builtins).items() if isinstance(one, type) and issubclass(one, Exception)}
    | {"OperationalError", "IntegrityError", "DatabaseError", "InterfaceError"}
)
"""Names of exceptions, as our code gives them to a message."""
_CODES: Final = frozenset(code.name for code in ErrorCode)


class Journal(logging.Formatter):
    """Turns a record into one line. It never fails, and never writes what it does not know."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": _own(record.name),
            "event": _event(record),
            "values": _values(record),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = _kind(record.exc_info[0])
            line["where"] = _where(record)
        return json.dumps(line, ensure_ascii=False)


def start() -> None:
    """Write the log of this process to standard error as JSON, when the site says TODOKE_LOG=json."""
    if os.environ.get(ENVIRONMENT) != "json":
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Journal())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)


def _event(record: logging.LogRecord) -> str:
    """The template, if it is a constant of our code; an f-string, a joined text or a library's may hold anything."""
    ours = record.name.startswith("todoke.") and isinstance(record.msg, str)
    return record.msg if ours and record.msg in _constants(record.pathname) else HIDDEN


@lru_cache(maxsize=256)
def _constants(path: str) -> frozenset[str]:
    try:
        tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return frozenset()
    whole = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    pieces = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    return frozenset(node.value for node in whole if isinstance(node.value, str) and id(node) not in pieces)


def _values(record: logging.LogRecord) -> list[str]:
    given = record.args if isinstance(record.args, tuple) else ()
    return [_shown(one) for one in given]


def _shown(value: object) -> str:
    """As it is when it is one of ours; of an error its code or kind."""
    if isinstance(value, TodokeError):
        return value.code.name
    if isinstance(value, BaseException):
        return _kind(type(value))
    text = str(value)
    ours = text in _CODES or text in _ERRORS or handlers.is_known(text) or _OURS.fullmatch(text)
    return text if ours else HIDDEN


def _kind(kind: type[BaseException]) -> str:
    """The name of an exception that a module of code defines."""
    return kind.__name__ if kind.__module__.partition(".")[0] in _LIBRARIES else HIDDEN


def _own(name: str) -> str:
    return name if name in LOGGERS else "other"


def _where(record: logging.LogRecord) -> str:
    """File, line and function of the innermost frame; never the text of the error, which may quote a row."""
    traceback = record.exc_info[2] if record.exc_info else None
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return ""
    code = traceback.tb_frame.f_code
    return f"{Path(code.co_filename).name}:{traceback.tb_lineno} {code.co_name}"
