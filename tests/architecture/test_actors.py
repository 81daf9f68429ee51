"""Unbound roles are for systems: only `access.parties` makes an actor with `roles`; staff get rights from the directory."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "todoke"


def test_only_parties_makes_actors_with_unbound_roles() -> None:
    makers = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("Actor", "replace")
        and any(keyword.arg == "roles" for keyword in node.keywords)
    }
    assert makers == {"access/parties.py"}


def test_an_action_of_the_directory_asks_for_permission_first() -> None:
    for path in (SOURCE / "access" / "actions").glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                body = [
                    s
                    for s in node.body
                    if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
                ]
                assert ast.unparse(body[0]).startswith("require(by,"), f"{path.name}:{node.name}"
                assert "by" in [argument.arg for argument in node.args.kwonlyargs], f"{path.name}:{node.name}"
