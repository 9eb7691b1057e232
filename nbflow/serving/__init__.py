"""Models over HTTP, in processes and environments of their own, and in images. Local folders only.

It is given a loaded model, or a model's folder and what is known of where it comes from; the answers are those of
MLflow's scoring server.
"""

from __future__ import annotations

from nbflow.serving.app import make_app
from nbflow.serving.scorer import Scorer
from nbflow.serving.settings import ServingSettings

__all__ = ["Scorer", "ServingSettings", "make_app"]
