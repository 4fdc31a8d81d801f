"""The classifier that learns from the team's labels: features, fitting, files, scoring, evaluation, what to label next.

    Labelled, Reading --fit--> Model --save--> data/models/VERSION --load--> Model.judge -> Judgement

Scoring needs numpy only; fitting needs scikit-learn, which the extra `learn` brings. Nothing here is imported before
a model is asked for, and no file is a pickle.
"""

from monitor.triage.classifier.score import Head, Judgement, Model

__all__ = ["Head", "Judgement", "Model"]
