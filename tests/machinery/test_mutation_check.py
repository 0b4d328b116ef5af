"""The rules that `make mutation-check` breaks."""

from __future__ import annotations

import pytest

from support.mutation_check import MUTATIONS, Mutation


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.rule)
def test_a_rule_can_still_be_broken_as_it_is_said(
    mutation: Mutation, pytestconfig: pytest.Config
) -> None:
    assert mutation.fits(pytestconfig.rootpath), f"{mutation.file} has been changed since"
    assert mutation.before != mutation.after


def test_there_are_ten_rules_and_no_rule_twice() -> None:
    assert len({mutation.rule for mutation in MUTATIONS}) == len(MUTATIONS) >= 10
