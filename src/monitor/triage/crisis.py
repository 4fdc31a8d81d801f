"""A crisis: far more of some kinds at once than usual, from several sources. And what theory advises then.

    stories per window -> `detect` -> Surge | None

The table of advice belongs to the scheme. It follows situational crisis communication theory: W. T. Coombs,
"Protecting Organization Reputations During a Crisis", Corporate Reputation Review 10(3), 2007, 163-176.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, lgamma, log, log1p
from statistics import fmean, median, variance
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from monitor.model import Kind

EARLIER = 28  # windows that end at the same time of the day, one for each day of four weeks
FEWEST = 7  # of these; before a week has passed nothing can be called unusual
RAREST = 0.001  # a window as full as this comes once in a thousand of its kind
_CLIP = 3.0  # times the upper quartile: what is more is an earlier crisis and tells nothing of the usual
_PRIOR = 0.5  # stories that are taken as seen where none was: Jeffreys' prior for a rate

Told = dict[str, str]  # language -> words


class Advice(BaseModel):
    """A row of the table: in which situation to do what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1, description="Short and stable, e.g. rumour.")
    when: Told = Field(min_length=1, description="The situation, per language.")
    do: Told = Field(min_length=1, description="What to do and what to leave, per language.")


class Crisis(BaseModel):
    """`[crisis]` in the scheme: when one case to the lead stands for a flood of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lead: str = Field(min_length=1, description="The role that leads; it gets the one case.")
    kinds: tuple[Kind, ...] = Field(("complaint",), min_length=1, description="The kinds that are counted.")
    hours: int = Field(6, ge=1, le=24, description="How long the window is.")
    at_least: int = Field(10, ge=2, description="Stories in the window, below which it is never one.")
    times: float = Field(3.0, ge=1, description="How many times as many as in the usual such window.")
    sources: int = Field(2, ge=1, description="From how many sources at least, e.g. rss and mastodon.")
    deadline: int = Field(30, gt=0, description="Minutes.")
    clock: Literal["opening", "always"] = Field("always", description="Which minutes count.")
    why: Told = Field(min_length=1, description="The reason in plain words, per language.")
    advice: tuple[Advice, ...] = Field((), description="What to do in which situation.")


@dataclass(frozen=True, slots=True)
class Window:
    """What came in one window: distinct stories, and from how many sources."""

    stories: int
    sources: int


@dataclass(frozen=True, slots=True)
class Surge:
    """A window that is no usual one. `usual` is the median of earlier ones, `chance` that of so many by chance."""

    stories: int
    sources: int
    usual: float
    chance: float


def detect(crisis: Crisis, now: Window, earlier: Sequence[int]) -> Surge | None:
    """Whether the window that ends now is a crisis; `earlier` are the stories of such windows before.

    A story is counted once however often it was copied. All of these hold in a crisis:

        stories >= at_least                  sources >= `sources`
        stories >= times x usual             usual = median of the earlier windows
        P(N >= stories) < 0.001              N ~ negative binomial with mean m and size r

    Windows that end at the same time of the day are compared, over four weeks, so that a night is measured by
    nights. Each is clipped at three times the upper quartile (at least 3), so that an earlier crisis of less than a
    week does not become the usual. Of the clipped counts x of k windows

        m = (sum x + 1/2) / k                                       a gamma posterior's mean
        r = min(k m, m^2 / (v - m) when their variance v > m)

    k m is the size of the predictive distribution of a Poisson rate under that posterior (Gelman et al., Bayesian
    Data Analysis, 3rd ed. 2013, 2.6), which is wide where little was seen; m^2 / (v - m) is the moment estimate for
    counts that vary more than Poisson's, as mentions do (the negative binomial tail as threshold: Noufaily et al.,
    Statistics in Medicine 32(7), 2013, 1206-1222).
    """
    if len(earlier) < FEWEST or now.stories < crisis.at_least or now.sources < crisis.sources:
        return None
    usual, chance = median(earlier), chance_of(now.stories, earlier)
    if now.stories < crisis.times * usual or chance >= RAREST:
        return None
    return Surge(now.stories, now.sources, usual, chance)


def chance_of(stories: int, earlier: Sequence[int]) -> float:
    """P(N >= stories) under the earlier windows, from 0 to 1; see `detect`."""
    most = _CLIP * max(sorted(earlier)[ceil(0.75 * len(earlier)) - 1], 1)
    clipped = [min(float(count), most) for count in earlier]
    mean = fmean(clipped) + _PRIOR / len(clipped)
    spread = variance(clipped) - mean
    size = min(len(clipped) * mean, mean * mean / spread if spread > 0 else float("inf"))
    return max(0.0, 1.0 - sum(_mass(count, mean, size) for count in range(stories)))


def _mass(count: int, mean: float, size: float) -> float:
    """P(N = count) for the negative binomial with this mean and size."""
    ways = lgamma(count + size) - lgamma(size) - lgamma(count + 1)
    return exp(ways - size * log1p(mean / size) + count * (log(mean) - log(mean + size)))
