"""The page of all state tables (docs/made/flows.md), drawn from the flows that the code runs by."""

from __future__ import annotations

from collections.abc import Iterable

from todoke.assurance import flows as assurance
from todoke.custody import flows as custody
from todoke.systems.benefits import flows as benefits
from todoke.systems.inquiry import flows as inquiry
from todoke.systems.intermediary import flows as intermediary
from todoke.systems.linkage import flows as linkage
from todoke.systems.network import flows as network
from todoke.workflow.flow import Flow, Step

FLOWS: tuple[Flow, ...] = (
    *benefits.FLOWS,
    *inquiry.FLOWS,
    *linkage.FLOWS,
    *intermediary.FLOWS,
    *network.FLOWS,
    *custody.FLOWS,
    *assurance.FLOWS,
)
"""Every state table of the house; a test refuses one that is missing here."""

_INTRO = """# State tables

Only the steps listed here can be made; the database refuses the others. A step needs one of the permissions; `approvals`
is how many earlier acts must have been done, and whoever did one of the acts under `not the same person as` may not make
the step. A column of the row itself is held by the generated trigger `<table>_acts`, another table's by what is named.
"""


def page(note: str) -> str:
    """The whole page, after the generator's note."""
    return note + _INTRO + "".join(_section(flow) for flow in sorted(FLOWS, key=lambda flow: flow.name))


def _section(flow: Flow) -> str:
    head = ["from", "to", "permission", "approvals", "not the same person as", "held by"]
    rows = [_row(flow, step) for step in sorted(flow.steps, key=lambda step: (step.before, step.after))]
    lines = [head, ["---"] * len(head), *rows]
    table = "".join("| " + " | ".join(line) + " |\n" for line in lines)
    return f"\n## {flow.name} — {flow.title}\n\n{table}\n{_diagram(flow)}"


def _row(flow: Flow, step: Step) -> list[str]:
    permissions = "<br>".join(permission.value for permission in step.permissions)
    kept = [f"{flow.table}_acts"] if step.own else []
    return [
        str(step.before),
        str(step.after),
        permissions,
        str(step.approvals) if step.approvals else "",
        "<br>".join(step.unlike),
        "<br>".join([*kept, *step.kept_by]),
    ]


def _diagram(flow: Flow) -> str:
    """The flow as a Mermaid state diagram."""
    return "```mermaid\nstateDiagram-v2\n" + "".join(f"    {line}\n" for line in _arrows(flow)) + "```\n"


def _arrows(flow: Flow) -> Iterable[str]:
    yield from (f"[*] --> {state}" for state in flow.starts)
    yield from (f"{before} --> {after}" for before, after in sorted(flow.pairs))
    yield from (f"{state} --> [*]" for state in flow.ends)
