"""The rules of the model registry: names, aliases, stages, and what a policy asks for. No store, no files."""

from __future__ import annotations

from nbflow.registry.aliases import check_alias
from nbflow.registry.names import MAX_MODEL_NAME, MAX_MODEL_TAG, check_model_name, check_version
from nbflow.registry.policies import VersionFacts, check_policy, missing, strictest
from nbflow.registry.stages import ACTIVE_STAGES, STAGES, check_stage

__all__ = [
    "ACTIVE_STAGES",
    "MAX_MODEL_NAME",
    "MAX_MODEL_TAG",
    "STAGES",
    "VersionFacts",
    "check_alias",
    "check_model_name",
    "check_policy",
    "check_stage",
    "check_version",
    "missing",
    "strictest",
]
