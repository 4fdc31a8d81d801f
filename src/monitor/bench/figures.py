"""A figure of the triage benchmark: what was measured on how many texts, beside the plain baseline and the target."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table.

    `task` is what was measured, `n` on how many texts, `split` how they were parted and with which seed; `baseline` is
    the plain one on the same folds (None where there is none), `ours` this program's. `first` and `target` are what
    the issue writes in those columns, as text because some are pairs. Both figures are in `unit`:
    %, share (0 to 1), posts/s or per 10,000.
    """

    task: str
    n: int
    split: str
    baseline: float | None
    ours: float
    first: str
    target: str
    unit: str = "%"

    @property
    def gain(self) -> float | None:
        """How much better than the baseline, in the unit; negative when worse."""
        return None if self.baseline is None else self.ours - self.baseline
