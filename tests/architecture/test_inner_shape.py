"""Every system has the same inner shape (DESIGN §5), and its pure rooms stay pure."""

import ast
from pathlib import Path

import pytest

SYSTEMS = Path(__file__).parents[2] / "src" / "todoke" / "systems"
NAMES = ("benefits", "inquiry", "intermediary", "linkage", "network", "residents")
REQUIRED = {
    "__init__.py",
    "apps.py",
    "serves.py",
    "needs.py",
    "models",
    "actions",
    "commands.py",
    "migrations",
}
ALLOWED = REQUIRED | {
    "rules",
    "flows.py",
    "flows",
    "housekeeping.py",
    "queries.py",
    "queries",
    "codecs.py",
    "codecs",
    "jobs.py",
    "jobs",
    "web",
    "templates",
    "bank_commands.py",  # the verbs of what comes after the bank file, likewise
    "mailing_commands.py",  # the verbs of letters on their way to the post, likewise
    "approval_commands.py",  # the verbs of how much a 係長 approves, likewise
    "aftermath_commands.py",  # the verbs of refunds, declines and appeals, likewise
    "form_commands.py",  # the verbs of forms that came back, likewise
    "file_commands.py",  # the verbs of file exchange, which would fill commands.py
}


def test_the_six_systems_and_no_other_stand_here() -> None:
    found = {path.name for path in SYSTEMS.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert found == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_system_has_the_common_rooms_and_only_those(name: str) -> None:
    found = {path.name for path in (SYSTEMS / name).iterdir() if path.name != "__pycache__"}
    assert found >= REQUIRED
    assert found <= ALLOWED


@pytest.mark.parametrize("name", NAMES)
def test_rules_know_no_framework(name: str) -> None:
    for path in (SYSTEMS / name / "rules").rglob("*.py"):
        imported = _imports(path)
        assert not {module for module in imported if module.split(".")[0] == "django"}, path
        assert not {module for module in imported if ".models" in module or ".actions" in module}, path


@pytest.mark.parametrize("name", NAMES)
def test_an_action_asks_for_permission_first(name: str) -> None:
    """Each public function of actions/ takes the actor as `by` and calls `require` before anything else."""
    for path in (SYSTEMS / name / "actions").rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                keywords = [argument.arg for argument in node.args.kwonlyargs]
                assert "by" in keywords, f"{path.name}:{node.name} has no keyword-only `by`"
                body = [s for s in node.body if not _is_docstring(s)]
                assert ast.unparse(body[0]).startswith("require(by,"), f"{path.name}:{node.name}"


def _imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
