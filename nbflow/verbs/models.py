"""The verbs about models: the registry, the files of models, and models that run."""

from __future__ import annotations

from nbflow.verbs.model_aliases import alias_model, set_policy
from nbflow.verbs.model_changes import (
    delete_model,
    describe_model,
    register_model,
    rename_model,
    restore_model,
    tag_model,
)
from nbflow.verbs.model_compare import compare_versions
from nbflow.verbs.model_files import validate_model, write_card
from nbflow.verbs.model_list import list_models
from nbflow.verbs.model_show import show_model
from nbflow.verbs.model_talk import approve_version, comment_version, reject_version, request_approval, tell_history
from nbflow.verbs.models_env import generate_dockerfile, prepare_env
from nbflow.verbs.models_predict import predict_model
from nbflow.verbs.models_serve import serve_model
from nbflow.verbs.options import VerbGroup

__all__ = ["models"]

models = VerbGroup(
    "models",
    commands=[
        list_models,
        show_model,
        register_model,
        compare_versions,
        alias_model,
        tag_model,
        describe_model,
        rename_model,
        delete_model,
        restore_model,
        tell_history,
        comment_version,
        request_approval,
        approve_version,
        reject_version,
        set_policy,
        validate_model,
        write_card,
        serve_model,
        predict_model,
        prepare_env,
        generate_dockerfile,
    ],
    usual="list",
    help="List, show, register, compare, approve, check, serve and delete models.",
)
