"""The lifecycle as a diagram, drawn from the table; docs/lifecycle.md is its committed copy."""

from tongxin.rules.lifecycles.matter import LIFECYCLE, State

HEAD = """# The life of a matter

Drawn from `rules/lifecycles/matter.py` by `tongxin draw_lifecycle`; a test holds the two equal.

```mermaid
stateDiagram-v2
    [*] --> awaiting_acceptance: report
"""


def diagram() -> str:
    """Return docs/lifecycle.md: the diagram, then a row for each step."""
    arrows = [
        f"    {source} --> {step.target or source}: {step.act}"
        for step in LIFECYCLE
        for source in State
        if source in step.sources
    ]
    ends = [f"    {state} --> [*]" for state in (State.CLOSED, State.REFUSED, State.VOIDED)]
    table = [
        "| act | from | to | by | refused if | clocks |",
        "|---|---|---|---|---|---|",
        *(
            f"| {step.act} | {', '.join(sorted(step.sources))} | {step.target or '–'} | {', '.join(sorted(step.by))}"
            f"{'; sealed: ' + ', '.join(sorted(step.sealed_by)) if step.sealed_by else ''} "
            f"| {', '.join(guard.__name__ for guard in step.unless) or '–'} "
            f"| {', '.join(f'{clock} {move}' for clock, move in step.clocks.items()) or '–'} |"
            for step in LIFECYCLE
        ),
    ]
    note = "Leaving a state ends its clock, entering one starts its own; the column lists what a step does besides."
    return HEAD + "\n".join([*arrows, *ends, "```", "", *table, "", note, ""])
