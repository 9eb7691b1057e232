"""statsmodels: what a fit gives is pickled, which is the only way that statsmodels has."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import InvalidInputError, ModelFormatError, UnsupportedValueError
from nbflow.flavors.named_file import named_file, relative_name
from nbflow.flavors.options import check_options
from nbflow.flavors.protocol import Predict, Saved
from nbflow.flavors.telling import warn_user
from nbflow.flavors.unpickling import unpickle
from nbflow.mlmodel.distributions import pinned

if TYPE_CHECKING:
    from nbflow.mlmodel.trust import Trust

__all__ = ["FLAVOR", "StatsmodelsFlavor"]

_FILE = "model.statsmodels"


class StatsmodelsFlavor:
    """Results of statsmodels: what `OLS(y, X).fit()` gives.

    The option is `remove_data`: True leaves out the data that the model was fitted with, which makes the file small
    and keeps the data where they are.
    """

    name = "statsmodels"
    module = "statsmodels"
    library = "statsmodels"
    extra = "statsmodels"
    loader_modules = ("mlflow.statsmodels",)

    def save(self, model: Any, folder: Path, options: Mapping[str, Any]) -> Saved:
        """Write a model.

        Raises
        ------
        UnsupportedValueError
            If it is not what a fit gives.
        InvalidInputError
            If an option is not what it must be, or the model cannot be pickled.
        """
        import statsmodels

        check_options(options, ("remove_data",), self.name)
        remove_data = options.get("remove_data") or False
        if not isinstance(remove_data, bool):
            raise InvalidInputError("remove_data", remove_data, "It is True or False.")
        _check_model(model)
        (folder / _FILE).write_bytes(_slimmed(model) if remove_data else _pickled(model))
        config = {"statsmodels_version": statsmodels.__version__, "data": _FILE}
        entry = {"loader_module": self.loader_modules[0], "data": _FILE}
        predicts = callable(getattr(model, "predict", None))
        if not predicts:
            kind = type(model).__name__
            warn_user(f"A {kind} has no predict: it is saved for nbflow.statsmodels.load_model, not for nbflow.pyfunc.")
        requirements = [pinned(name) for name in ("numpy", "pandas", "scipy", "statsmodels")]
        return Saved(config, entry if predicts else None, requirements)

    def load(self, folder: Path, config: Mapping[str, Any], trusted: Trust) -> Any:
        """Load the results.

        Raises
        ------
        ModelFormatError
            If the MLmodel file does not say what to load, or it is no results of statsmodels.
        """
        model = unpickle(_file(folder, config))
        if not _is_results(model):
            reason = f"What it holds is a {type(model).__name__}, and no results of statsmodels."
            raise ModelFormatError(str(folder), reason)
        return model

    def predictor(self, model: Any, folder: Path, config: Mapping[str, Any]) -> Predict:
        """Give the model's own method; of a time series, a function of a table with one row of `start` and `end`."""
        if _is_time_series(model):
            return lambda data, _params: model.predict(**_period(data))
        return lambda data, _params: model.predict(data)

    def code_files(self, folder: Path, config: Mapping[str, Any]) -> list[str]:
        """Name the pickle.

        Raises
        ------
        ModelFormatError
            If the MLmodel file does not say what to load.
        """
        return [relative_name(folder, _file(folder, config))]


def _file(folder: Path, config: Mapping[str, Any]) -> Path:
    return named_file(folder, config, default=_FILE)


def _is_results(model: Any) -> bool:
    from statsmodels.base.model import Results
    from statsmodels.base.wrapper import ResultsWrapper

    return isinstance(model, Results | ResultsWrapper)


def _is_time_series(model: Any) -> bool:
    from statsmodels.tsa.base.tsa_model import TimeSeriesModel

    return isinstance(model.model, TimeSeriesModel)


def _check_model(model: Any) -> None:
    from statsmodels.base.model import Model

    expected = "a model of statsmodels is what a fit gives, such as OLS(y, X).fit()"
    if isinstance(model, Model):
        raise UnsupportedValueError("the model", model, f"{expected}. This is not fitted: call its fit().")
    if not _is_results(model):
        raise UnsupportedValueError("the model", model, f"{expected}.")


def _pickled(model: Any) -> bytes:
    try:
        # The default protocol: the newest one may be unknown to the Python that loads it.
        return pickle.dumps(model, protocol=pickle.DEFAULT_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError, NotImplementedError) as exc:
        raise InvalidInputError("the model", model, f"It cannot be pickled: {exc}.") from exc


def _slimmed(model: Any) -> bytes:
    if _is_time_series(model):
        raise InvalidInputError("remove_data", True, "A model of a time series predicts from its data.")
    slim = pickle.loads(_pickled(model))  # noqa: S301 - pickled right here, for the user's own object keeps its data
    try:
        slim.remove_data()
    except AttributeError as exc:
        rule = f"statsmodels cannot remove the data of a {type(model).__name__}: {exc}."
        raise InvalidInputError("remove_data", True, rule) from exc
    return _pickled(slim)


def _period(data: Any) -> dict[str, Any]:
    import pandas as pd

    if not isinstance(data, pd.DataFrame) or len(data) != 1 or not {"start", "end"} <= set(data.columns):
        rule = "A model of a time series predicts for a DataFrame of one row with the columns start and end."
        raise InvalidInputError("the data", data, rule)
    return {name: data[name].iloc[0] for name in ("start", "end")}


FLAVOR = StatsmodelsFlavor()
