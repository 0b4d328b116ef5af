"""Asks both worlds the same, and puts the differences into their classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.oracle.browser import ask_chromium
from tools.oracle.classes import CLASSES, Class, Difference, class_of
from tools.oracle.local import ask_local
from tools.oracle.outcomes import Outcome
from tools.oracle.sets import Question, questions

__all__ = ["Result", "compared", "run"]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run.

    Attributes:
        seed: What the questions were made from.
        version: Chromium's.
        asked: How many questions there were.
        found: The differences of each class, those without any included.
        unexplained: The differences that no class recognises.
        broken: Questions to which our own settings do not satisfy what is required.
    """

    seed: int
    version: str
    asked: int
    found: Mapping[Class, Sequence[Difference]]
    unexplained: Sequence[Difference]
    broken: Sequence[Difference]

    @property
    def agreeing(self) -> int:
        """How many questions had the same answer."""
        return self.asked - sum(map(len, self.found.values())) - len(self.unexplained)


def run(seed: int, get_user_media: int, apply_constraints: int) -> Result:
    """Ask so many questions.

    Raises:
        PageLost: The browser does not start, or dies.
        RuntimeError: It does not answer.
    """
    asked = questions(seed, get_user_media, apply_constraints)
    theirs, version = ask_chromium(asked)
    return compared(seed, version, asked, [*zip(ask_local(asked), theirs, strict=True)])


def compared(
    seed: int, version: str, asked: Sequence[Question], answers: Sequence[tuple[Outcome, Outcome]]
) -> Result:
    """Put the differences between our answers and Chromium's into their classes."""
    found: dict[Class, list[Difference]] = {one: [] for one in CLASSES}
    unexplained: list[Difference] = []
    broken: list[Difference] = []
    for question, (ours, theirs) in zip(asked, answers, strict=True):
        difference = Difference(question, ours, theirs)
        if not ours.error and difference.our_judgement.broken:
            broken.append(difference)
        if ours != theirs:
            known = class_of(difference)
            (found[known] if known is not None else unexplained).append(difference)
    return Result(seed, version, len(asked), found, unexplained, broken)
