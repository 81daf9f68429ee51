"""The one command, `todoke`: gathers each room's verbs and maps error families to exit codes.

A verb's module is imported only when the verb is used, so `todoke --help` stays quick. A system's verbs run as
a process of that system's realm: its settings, its databases, its secrets, nobody else's.
"""

from __future__ import annotations

import errno
import importlib
import os
import re
import sys
import traceback
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import click

from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.sites.realms import Realm
from todoke.sites.verbs import VERBS

_WORDS = "todoke.words"
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_COMMAND = re.compile(r"No such command '([^']*)'")


class LazyVerbs(click.Group):
    """A group that knows its verbs by name and imports one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs a person uses, in the order of the table."""
        return [name for name, verb in VERBS.items() if verb.help]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Keep the words, for a verb that says its realm itself."""
        ctx.meta[_WORDS] = tuple(args)
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb itself; enters its realm first, since its module imports Django models."""
        verb = VERBS.get(cmd_name)
        if verb is None:
            return None
        if ctx.params.get("instance"):
            # the group's own function runs only after its verb was found
            os.environ["TODOKE_INSTANCE"] = ctx.params["instance"]
        realm = _chosen_realm(ctx.meta.get(_WORDS, ())) if verb.any_realm else verb.realm
        if realm is not None:
            from todoke.sites.entering import enter_for_command

            enter_for_command(ctx, realm)
        command: click.Command = getattr(importlib.import_module(verb.module), verb.attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of verbs from the table, without an import."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.help) for name, verb in VERBS.items() if verb.help])


def _chosen_realm(words: Sequence[str]) -> Realm:
    """The realm that the words name by `--realm`; what is no realm is refused by the verb's own option."""
    named = [after for word, after in pairwise(words) if word == "--realm"]
    named += [word.partition("=")[2] for word in words if word.startswith("--realm=")]
    return Realm(named[0]) if named and named[0] in set(Realm) else Realm.CITY


@click.group(cls=LazyVerbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="todoke")
@click.option("--instance", type=click.Path(), envvar="TODOKE_INSTANCE", help="インスタンスのフォルダー")
def todoke(instance: str | None) -> None:
    """届け: 住民税非課税世帯等への給付を、早く、法に沿って、後から証明できる形で。"""


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit: 0, the error family's code, or 130 after Ctrl-C."""
    try:
        todoke.main(args=arguments, prog_name="todoke", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        sys.exit(_report(_misused(error)))
    except click.exceptions.Abort:
        sys.exit(130)
    except TodokeError as error:
        sys.exit(_report(error))
    except Exception as error:
        sys.exit(_report(_closed(error)))
    sys.exit(0)


def _misused(error: click.ClickException) -> TodokeError:
    """What a person typed wrongly, in Japanese; click itself speaks English only."""
    context = getattr(error, "ctx", None)
    if isinstance(error, click.MissingParameter) and error.param:
        detail = f"{error.param.get_error_hint(context) if context else error.param.name} を指定してください"
    elif isinstance(error, click.BadParameter) and error.param:
        detail = f"{error.param.opts[0]} の値を確かめてください"
    elif isinstance(error, click.NoSuchOption):
        detail = f"{error.option_name} という指定はありません"
    elif (command := _NO_COMMAND.match(error.format_message())) is not None:
        detail = f"「{command[1]}」という命令はありません"
    else:
        detail = "指定の数または組合せ"
    return TodokeError(
        ErrorCode.USAGE_INVALID, detail=detail, command=context.command_path if context else "todoke"
    )


def _closed(error: Exception) -> TodokeError:
    """An error from outside our list, as one of it. Its own text is not shown: it may quote a person's row.

    Where it happened goes to standard error, as file, line and function only.
    """
    if getattr(error, "errno", None) in _NO_SPACE:
        return TodokeError(ErrorCode.DISK_FULL)
    if _is_lost_database(error):
        return TodokeError(ErrorCode.UNAVAILABLE, what="データベース")
    for frame in traceback.extract_tb(error.__traceback__):
        print(f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}", file=sys.stderr)
    return TodokeError(ErrorCode.UNEXPECTED, kind=type(error).__name__)


def _report(error: TodokeError) -> int:
    """Say what happened and what to do; a refused file with each of its bad rows."""
    if isinstance(error, InputRefused):
        for row in error.rows:
            print(row, file=sys.stderr)
    print(error, file=sys.stderr)
    return error.code.family.exit_code


def _is_lost_database(error: Exception) -> bool:
    """Whether the server went away. Asked by name, since most verbs never import a driver."""
    return any(kind.__name__ == "OperationalError" for kind in type(error).__mro__)


if __name__ == "__main__":
    main()
