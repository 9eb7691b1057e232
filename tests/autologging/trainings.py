"""Trainings with autologging on, by MLflow or by nbflow, and what became of their runs, as JSON.

Run by name: `python trainings.py mlflow sklearn xgboost ...`. It is one script for both, so the trainings are the same.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import warnings
from collections.abc import Callable
from typing import Any

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
os.environ |= {
    "KERAS_BACKEND": "torch",
    "MLFLOW_ALLOW_FILE_STORE": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}


def sklearn(tracker: Any) -> None:
    from sklearn.datasets import load_diabetes, load_iris
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    tracker.sklearn.autolog(log_models=False, max_tuning_runs=2)
    flowers, kinds = load_iris(as_frame=True, return_X_y=True)
    fitted = LogisticRegression(max_iter=500).fit(flowers, kinds)
    fitted.score(flowers, kinds)
    some = flowers[::2]
    fitted.score(some, kinds[::2])
    fitted.score(flowers[:9], kinds[:9])
    make_pipeline(StandardScaler(), LogisticRegression()).fit(flowers[:100], kinds[:100])
    SVC().fit(flowers, kinds, sample_weight=[1.0, 2.0] * 75)
    LinearRegression().fit(*load_diabetes(return_X_y=True))
    StandardScaler().fit(flowers)
    GridSearchCV(SVC(), {"C": [0.1, 1, 10]}, cv=2).fit(flowers, kinds)
    search = RandomizedSearchCV(
        make_pipeline(StandardScaler(), SVC()),
        {"svc__C": [0.1, 1]},
        n_iter=2,
        cv=2,
        scoring=["accuracy", "f1_macro"],
        refit="accuracy",
    )
    search.fit(flowers, kinds)


def xgboost(tracker: Any) -> None:
    import xgboost as xgb
    from sklearn.datasets import load_iris

    tracker.xgboost.autolog(log_models=False)
    flowers, kinds = load_iris(as_frame=True, return_X_y=True)
    matrix = xgb.DMatrix(flowers, label=(kinds == 2).astype(int))
    params = {"max_depth": 2, "objective": "binary:logistic", "eval_metric": ["logloss", "auc"]}
    evals = [(matrix, "train"), (matrix, "eval")]
    xgb.train(params, matrix, num_boost_round=6, evals=evals, early_stopping_rounds=3, verbose_eval=False)
    xgb.train({"max_depth": 1}, matrix, num_boost_round=2)
    xgb.XGBClassifier(n_estimators=3).fit(flowers, kinds, eval_set=[(flowers, kinds)], verbose=False)
    xgb.XGBRegressor(n_estimators=2).fit(flowers, kinds)


def lightgbm(tracker: Any) -> None:
    import lightgbm as lgb
    from sklearn.datasets import load_iris

    tracker.lightgbm.autolog(log_models=False)
    flowers, kinds = load_iris(as_frame=True, return_X_y=True)
    data, valid = lgb.Dataset(flowers, label=kinds == 2), lgb.Dataset(flowers[::2], label=kinds[::2] == 2)
    params = {"objective": "binary", "metric": ["binary_logloss", "auc"], "verbose": -1}
    lgb.train(params, data, num_boost_round=3, valid_sets=[valid], valid_names=["valid"])
    lgb.LGBMClassifier(n_estimators=2, verbose=-1).fit(flowers, kinds, eval_set=[(flowers, kinds)])
    lgb.LGBMRegressor(n_estimators=2, verbose=-1).fit(flowers, kinds)


def keras(tracker: Any) -> None:
    import keras as library
    from sklearn.datasets import load_iris

    callback = "mlflow.keras:MlflowCallback" if tracker.__name__ == "mlflow" else "nbflow.callbacks:KerasCallback"
    module, _, name = callback.partition(":")
    flowers, kinds = load_iris(return_X_y=True)
    model = library.Sequential([library.layers.Input((4,)), library.layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    with tracker.start_run():
        made = getattr(importlib.import_module(module), name)()
        model.fit(flowers, kinds, epochs=2, validation_data=(flowers, kinds), verbose=0, callbacks=[made])


def lightning(tracker: Any) -> None:
    import lightning
    import torch

    if tracker.__name__ == "mlflow":
        tracker.pytorch.autolog(log_models=False, checkpoint=False)
        callbacks = []
    else:
        callbacks = [tracker.callbacks.LightningCallback()]

    class Module(lightning.LightningModule):
        def __init__(self, lr: float = 0.1) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(2, 1)

        def training_step(self, batch: Any, _number: int) -> Any:
            loss = self.layer(batch[0]).square().mean()
            self.log("train_loss", loss, on_step=True, on_epoch=True)
            return loss

        def validation_step(self, batch: Any, _number: int) -> None:
            self.log("val_loss", self.layer(batch[0]).square().mean())

        def configure_optimizers(self) -> Any:
            return torch.optim.Adam(self.parameters(), lr=self.hparams["lr"])

    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(8, 2)), batch_size=4)
    trainer = lightning.Trainer(
        max_epochs=2,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=callbacks,
    )
    trainer.fit(Module(), loader, loader)


TRAININGS: dict[str, Callable[[Any], None]] = {
    "keras": keras,
    "lightgbm": lightgbm,
    "lightning": lightning,
    "sklearn": sklearn,
    "xgboost": xgboost,
}


def runs_of(tracker: Any, experiment: str) -> list[dict[str, Any]]:
    found = tracker.search_runs(
        experiment_names=[experiment], order_by=["attributes.start_time ASC"], output_format="list"
    )
    client = tracker.MlflowClient() if tracker.__name__ == "mlflow" else tracker.Client()
    ids = {run.info.run_id: number for number, run in enumerate(found)}
    return [
        {
            "status": run.info.status,
            "params": run.data.params,
            "metrics": {
                key: [(point.step, point.value) for point in client.get_metric_history(run.info.run_id, key)]
                for key in run.data.metrics
            },
            "tags": {
                name: value
                for name, value in run.data.tags.items()
                if name in {"mlflow.autologging", "estimator_name", "estimator_class"}
            },
            "parent": ids.get(run.data.tags.get("mlflow.parentRunId")),
            "contexts": [tag.value for used in run.inputs.dataset_inputs for tag in used.tags],
            "artifacts": sorted(file.path for file in client.list_artifacts(run.info.run_id)),
        }
        for run in found
    ]


def main() -> None:
    tracker = importlib.import_module(sys.argv[1])
    tracker.set_tracking_uri(os.path.abspath(f"{sys.argv[1]}-runs"))
    results = {}
    for name in sys.argv[2:]:
        tracker.set_experiment(name)
        TRAININGS[name](tracker)
        results[name] = runs_of(tracker, name)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
