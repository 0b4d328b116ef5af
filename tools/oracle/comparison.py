"""Makes the same calls in the library and in Chromium, and classifies the differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.oracle.browser import ask_chromium
from tools.oracle.known_differences import CLASSES, Class, Difference, classify
from tools.oracle.local import ask_local
from tools.oracle.outcomes import Outcome
from tools.oracle.questions import Question, make_questions

__all__ = ["Result", "compare", "run"]


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a run.

    Attributes:
        seed: The seed of the questions.
        version: Chromium's version.
        asked: The number of questions.
        found: The differences of each class, also of classes without any.
        unexplained: The differences without a class.
        broken: Questions for which the library's settings violate a requirement.
    """

    seed: int
    version: str
    asked: int
    found: Mapping[Class, Sequence[Difference]]
    unexplained: Sequence[Difference]
    broken: Sequence[Difference]

    @property
    def agreeing(self) -> int:
        """The number of questions with the same answer."""
        return self.asked - sum(map(len, self.found.values())) - len(self.unexplained)


def run(seed: int, get_user_media: int, apply_constraints: int) -> Result:
    """Make this many calls of each method.

    Raises:
        PageLost: The browser did not start, or crashed.
        RuntimeError: It did not answer in time.
    """
    asked = make_questions(seed, get_user_media, apply_constraints)
    theirs, version = ask_chromium(asked)
    return compare(seed, version, asked, [*zip(ask_local(asked), theirs, strict=True)])


def compare(
    seed: int, version: str, asked: Sequence[Question], answers: Sequence[tuple[Outcome, Outcome]]
) -> Result:
    """Classify the differences between the library's answers and Chromium's."""
    found: dict[Class, list[Difference]] = {one: [] for one in CLASSES}
    unexplained: list[Difference] = []
    broken: list[Difference] = []
    for question, (ours, theirs) in zip(asked, answers, strict=True):
        difference = Difference(question, ours, theirs)
        if not ours.error and difference.our_judgement.broken:
            broken.append(difference)
        if ours != theirs:
            known = classify(difference)
            (found[known] if known is not None else unexplained).append(difference)
    return Result(seed, version, len(asked), found, unexplained, broken)
