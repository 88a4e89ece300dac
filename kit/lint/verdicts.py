"""Rules about what the runs of an exercise showed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kit.exercise.catalogue import WRONG_FILE
from kit.lint.trials import failed, outcomes
from kit.verdict import TIMELINE, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kit.lint.complaint import Place, Said
    from kit.lint.folder import Written
    from kit.lint.need import Amount
    from kit.lint.trials import Tried
    from kit.verdict import Verdict

NEAR = 1 / 3  # of a limit: a loaded machine takes several times as long
LONGEST_OBSERVED = 300  # characters of what a finding observed


def reference_passes(written: Written, tried: Mapping[str, Tried]) -> Iterator[Said]:
    """With the default values, and with drawn ones; what several runs say is told of the first."""
    told: dict[tuple[str, str], list[Tried]] = {}
    for one in tried.values():
        if one.trial.of_reference and one.verdict is not None and not one.right and not _is_machines(one):
            told.setdefault(_first_not_passed(one.verdict), []).append(one)
    for (name, text), (first, *more) in told.items():
        values = "the default values" if first.trial.seed is None else f"--seed {first.trial.seed}"
        also = f", and in {len(more)} more" if more else ""
        yield (
            _finding_place(written, name, first),
            f"the reference does not pass with {values}{also}: {text}; {_evidence(first)}",
        )


def repeats_give_the_same_verdict(written: Written, tried: Mapping[str, Tried]) -> Iterator[Said]:
    """Told once, by the finding that changed most often, beside what each run says."""
    repeats = [one for one in tried.values() if one.trial.kind == "repeat" and one.verdict is not None]
    found = [outcomes(one.verdict) for one in repeats if one.verdict is not None]
    for name in dict.fromkeys(name for each in found for name in each):
        said = Counter(each[name] for each in found if name in each)
        if len(said) > 1:
            counts = ", ".join(f"{number} times {outcome}" for outcome, number in said.most_common())
            yield (
                written.at_finding(name),
                (
                    f"{name} is not the same in {len(found)} repeats of the reference: {counts}; "
                    "make it certain (a gate, a freeze, `min` and `max`), or do not ask it"
                ),
            )


def starter_does_not_pass(written: Written, tried: Mapping[str, Tried]) -> Iterator[Said]:
    for one in _of_kind(tried, "starter"):
        if one.verdict is not None and one.verdict.outcome is Outcome.PASS:
            yield (
                written.at(one.trial.label),
                f"the starter passes as it is; leave something to do; {_evidence(one)}",
            )


def right_passes(written: Written, tried: Mapping[str, Tried]) -> Iterator[Said]:
    for one in _of_kind(tried, "right"):
        if one.verdict is not None and not one.right and not _is_machines(one):
            label = one.trial.label.removeprefix("right-")
            text = _first_not_passed(one.verdict)[1]
            yield (
                written.at(f"right/{label}"),
                f"right/{label} does not pass: {text}; mend it, or the check; {_evidence(one)}",
            )


def wrong_fails_where_it_says(written: Written, tried: Mapping[str, Tried]) -> Iterator[Said]:
    for one in _of_kind(tried, "wrong"):
        if one.verdict is None or one.right or _is_machines(one):
            continue
        label = one.trial.label.removeprefix("wrong-")
        found = failed(one.verdict)
        told = [
            _listed("does not fail", one.trial.must_fail - found),
            _listed("fails also", found - one.trial.must_fail),
            _listed(
                "leaves open",
                {name for name, outcome in outcomes(one.verdict).items() if outcome is Outcome.INCONCLUSIVE},
            ),
        ]
        why = _why(one.verdict, sorted(found ^ one.trial.must_fail))
        yield (
            written.at(f"wrong/{label}/{WRONG_FILE}"),
            f"wrong/{label} {'; '.join(filter(None, told))}{why}; mend it or its `fails`; {_evidence(one)}",
        )


def starter_is_judged(written: Written, tried: Mapping[str, Tried]) -> Iterator[Said]:
    for one in _of_kind(tried, "starter"):
        if one.verdict is not None and one.verdict.outcome is Outcome.INCONCLUSIVE and not _is_machines(one):
            yield written.at(one.trial.label), f"the starter neither passes nor fails; {_evidence(one)}"


RULES = (
    reference_passes,
    repeats_give_the_same_verdict,
    starter_does_not_pass,
    starter_is_judged,
    right_passes,
    wrong_fails_where_it_says,
)


def limits_are_far_from_what_the_reference_needs(
    written: Written, tried: Mapping[str, Tried]
) -> Iterator[Said]:
    of_reference = [one for one in tried.values() if one.trial.of_reference and one.need is not None]
    most: dict[tuple[str, str, int], Amount] = {}
    for one in of_reference:
        for amount in one.need.amounts if one.need else ():
            key = (amount.limit, amount.who, amount.step)
            most[key] = max(most.get(key, amount), amount, key=lambda each: each.used)
    for amount in most.values():
        if amount.used > NEAR * amount.allowed:
            yield _limit_place(written, amount), _near(amount, len(of_reference))
    for met in dict.fromkeys(met for one in of_reference for met in (one.need.met if one.need else ())):
        yield (
            written.at_key("limits"),
            f"the reference meets a limit: {met}; raise it under `limits`, or use less",
        )


def _near(amount: Amount, runs: int) -> str:
    who = f"{amount.who} of the reference" if amount.who else "the reference"
    is_time = amount.limit in ("within", "wall_s", "cpu_s")
    numbers = (
        f"{amount.used:.2f} s of the {amount.allowed:g} s"
        if is_time
        else f"{amount.used:.0f} of the {amount.allowed:.0f}"
    )
    said = f"step {amount.step}" if amount.step else f"`{amount.limit}`"
    remedy = "give it `within`" if amount.step else "raise it under `limits`"
    return f"{who} takes up to {numbers} of {said} in {_runs(runs)}; {remedy}, or need less"


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"


def _limit_place(written: Written, amount: Amount) -> Place:
    return written.at_item("timeline", amount.step - 1) if amount.step else written.at_key("limits")


WARNINGS = (limits_are_far_from_what_the_reference_needs,)


def in_short(one: Tried, verdict: Verdict) -> str:
    """Say of a trial that is not as it must be what came of it."""
    if one.trial.kind == "wrong":
        return f"it fails {', '.join(sorted(failed(verdict))) or 'nothing'}"
    if verdict.outcome is Outcome.PASS:
        return "it passes"
    return _first_not_passed(verdict)[1]


def _finding_place(written: Written, name: str, one: Tried) -> Place:
    """Give the place of a finding; of the timeline, the step whose gate was missed."""
    if name == TIMELINE and one.need is not None and one.need.missed:
        return written.at_item("timeline", one.need.missed - 1)
    return written.at_finding(name)


def trouble(tried: Iterable[Tried]) -> list[str]:
    """Say what the machine could not do: these runs say nothing of the exercise."""
    return [
        f"{one.trial.label}: {one.trouble or '; '.join(one.need.faults if one.need else ())}; {_evidence(one)}"
        for one in tried
        if _is_machines(one)
    ]


def _is_machines(one: Tried) -> bool:
    return one.verdict is None or bool(one.need and one.need.faults)


def _of_kind(tried: Mapping[str, Tried], kind: str) -> list[Tried]:
    return [one for one in tried.values() if one.trial.kind == kind]


def _first_not_passed(verdict: Verdict) -> tuple[str, str]:
    """Give the finding that says most, and what it says."""
    order = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.SKIPPED)
    ranked = sorted(
        (finding for finding in verdict.findings if finding.outcome in order),
        key=lambda finding: order.index(finding.outcome),
    )
    if not ranked:
        return TIMELINE, "it has no finding"
    finding = ranked[0]
    return finding.name, f"{finding.name} {finding.outcome}: {_cut(finding.answer.observed)}"


def _why(verdict: Verdict, names: list[str]) -> str:
    observed = {finding.name: finding.answer.observed for finding in verdict.findings}
    told = [f"{name}: {_cut(observed[name])}" for name in names if name in observed]
    return f" ({'; '.join(told)})" if told else ""


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_OBSERVED else text[: LONGEST_OBSERVED - 1] + "…"


def _listed(what: str, names: Iterable[str]) -> str:
    listed = ", ".join(sorted(names))
    return f"{what} {listed}" if listed else ""


def _evidence(one: Tried) -> str:
    return f"see `kit ladder {one.run_dir}`"
