"""What the README shows, works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from comorbid.cli import build_parser

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def test_python_blocks_run_in_order():
    assert len(BLOCKS) >= 2
    names: dict[str, object] = {}
    for block in BLOCKS:
        exec(compile(block, "README.md", "exec"), names)
    assert names["fits"][1].n > 15_000  # type: ignore[index]


def test_every_command_of_the_table_exists_and_the_other_way_round():
    shown = set(re.findall(r"^\| `comorbid ([a-z]+)", README, flags=re.MULTILINE))
    (commands,) = [action.choices for action in build_parser()._actions if action.choices]
    assert shown == set(commands)


@pytest.mark.data
def test_the_numbers_of_the_first_screen(nhanes):
    import comorbid as cm

    pairs = cm.cooccurrence(nhanes).set_index(["condition_a", "condition_b", "measure"])
    labels = {"severe headache or migraine": "migraine", "low back pain": "low_back_pain", "neck pain": "neck_pain",
              "chronic widespread pain": "fibromyalgia"}  # fmt: skip
    rows = re.findall(r"^\| ([a-z ]+) & ([a-z ]+) \| (.+?) \| (.+?) \|$", README, flags=re.MULTILINE)
    assert len(rows) == 4
    for a, b, *cells in rows:
        for measure, cell in zip(("observed_expected", "odds_ratio"), cells, strict=True):
            row = pairs.loc[(labels[a], labels[b], measure)]
            assert cell == f"{row.estimate:.2f} ({row.conf_low:.2f} to {row.conf_high:.2f})"
    sets = cm.combinations(nhanes)
    four = sets[(sets["size"] == 4) & (sets["measure"] == "observed_expected")].iloc[0]
    assert f"| all four together | {four.estimate:.0f} ({four.conf_low:.0f} to {four.conf_high:.0f}) |" in README
    share = sets[(sets["size"] == 4) & (sets["measure"] == "prevalence")]["estimate"].iloc[0]
    assert f"part of the {four.estimate:.0f} ({four.events:.0f} people, {share:.1%}) is by construction" in README


def test_the_verdicts_of_the_first_screen():
    import comorbid as cm

    counts = cm.ledger()["verdict"].value_counts()
    told = re.search(
        r"Of (\d+) claims in five articles, (\d+) agree .* (\d+) say more .* (\d+) misread .* (\d+) are outside",
        README.replace("\n", " "),
    )
    assert told
    verdicts = ["agrees", "overstated", "misread", "not checkable with this kind of data"]
    assert [int(number) for number in told.groups()] == [counts.sum(), *(counts[verdict] for verdict in verdicts)]
