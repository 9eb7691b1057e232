from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from sklearn import linear_model
from statsmodels.tsa.api import VAR, AutoReg, SimpleExpSmoothing

from nbflow.errors import InvalidInputError, ModelFormatError, SchemaEnforcementError, UntrustedModelError
from nbflow.flavors.loading import load_native, load_pyfunc
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.trust import Trust

Save = Callable[..., tuple[Path, Model]]

NOWHERE = Trust()  # nothing is known of the model
MINE = Trust(all=True)


def noisy(table: pd.DataFrame) -> pd.Series[float]:
    return 2 * table.a + table.b + np.random.default_rng(1).random(len(table))


def daily(table: pd.DataFrame) -> pd.Series[float]:
    return noisy(table).set_axis(pd.date_range("2026-01-01", periods=len(table), freq="D"))


FITS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "least squares": lambda table: sm.OLS(noisy(table), table).fit(),
    "generalized": lambda table: sm.GLM(noisy(table), table).fit(),
    "logit": lambda table: sm.Logit((noisy(table) > 2).astype(int), table).fit(disp=0),
    "formula": lambda table: smf.ols("y ~ a + np.log(b)", table.assign(y=noisy(table))).fit(),
}


@pytest.mark.parametrize("remove_data", [False, True])
@pytest.mark.parametrize("fit", FITS.values(), ids=FITS.keys())
def test_results_predict_for_a_table_with_or_without_the_data_of_the_fit(
    fit: Callable[[pd.DataFrame], Any], remove_data: bool, save: Save, table: pd.DataFrame
) -> None:
    model = fit(table)

    folder, document = save("statsmodels", model, input_example=table.head(3), options={"remove_data": remove_data})

    expected = model.predict(table)
    pd.testing.assert_series_equal(load_native(folder, "statsmodels", trusted=MINE).predict(table), expected)
    pd.testing.assert_series_equal(load_pyfunc(folder, trusted=MINE).predict(table), expected)
    assert document.signature is not None
    assert document.signature.outputs is not None


def test_data_that_are_removed_from_the_file_stay_in_the_users_model(save: Save, table: pd.DataFrame) -> None:
    model = sm.OLS(noisy(table), table).fit()

    small, _ = save("statsmodels", model, "small", options={"remove_data": True})
    whole, _ = save("statsmodels", model, "whole")

    assert model.model.endog is not None
    assert load_native(small, "statsmodels", trusted=MINE).model.endog is None
    assert (small / "model.statsmodels").stat().st_size < (whole / "model.statsmodels").stat().st_size


@pytest.mark.parametrize(
    "fit",
    [
        pytest.param(lambda series: AutoReg(series, 1).fit(), id="autoregression"),
        pytest.param(
            lambda series: SimpleExpSmoothing(series, initialization_method="estimated").fit(), id="smoothing"
        ),
    ],
)
@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(50, 64, id="numbers"),
        pytest.param("2026-02-20", "2026-03-05", id="texts"),
        pytest.param(pd.Timestamp("2026-02-20"), pd.Timestamp("2026-03-05"), id="dates"),
    ],
)
def test_a_time_series_predicts_for_a_period(
    start: Any, end: Any, fit: Callable[[Any], Any], save: Save, table: pd.DataFrame
) -> None:
    model = fit(daily(table))
    period = pd.DataFrame([{"start": start, "end": end}], index=["asked"])

    folder, _ = save("statsmodels", model, input_example=period)

    predicted = load_pyfunc(folder, trusted=MINE).predict(period)
    # A date of the signature is of nanoseconds.
    pd.testing.assert_series_equal(predicted, model.predict(start=start, end=end), check_index_type=False)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(pd.DataFrame({"start": [1, 2], "end": [3, 4]}), id="two rows"),
        pytest.param(pd.DataFrame({"start": [1]}), id="no end"),
        pytest.param(np.array([[1, 2]]), id="no table"),
    ],
)
def test_a_time_series_says_what_it_wants(data: Any, save: Save, table: pd.DataFrame) -> None:
    folder, _ = save("statsmodels", AutoReg(daily(table), 1).fit())
    model = load_pyfunc(folder, trusted=MINE)

    with pytest.raises(InvalidInputError, match="one row with the columns start and end"):
        model.predict(data)


def test_the_data_of_a_time_series_cannot_be_removed(save: Save, table: pd.DataFrame) -> None:
    with pytest.raises(InvalidInputError, match="predicts from its data"):
        save("statsmodels", AutoReg(daily(table), 1).fit(), options={"remove_data": True})


def test_what_does_not_predict_is_kept_for_its_own_library(save: Save, table: pd.DataFrame) -> None:
    model = VAR(table[["a", "b"]].to_numpy()).fit(1)

    with pytest.warns(UserWarning, match="has no predict"):
        folder, document = save("statsmodels", model)

    assert list(document.flavors) == ["statsmodels"]
    np.testing.assert_array_equal(load_native(folder, "statsmodels", trusted=MINE).params, model.params)


def test_a_pickle_from_elsewhere_is_not_opened(save: Save, table: pd.DataFrame) -> None:
    folder, _ = save("statsmodels", sm.OLS(noisy(table), table).fit())

    with pytest.raises(UntrustedModelError, match=r"model\.statsmodels"):
        load_native(folder, "statsmodels", trusted=NOWHERE)
    with pytest.raises(UntrustedModelError, match=r"model\.statsmodels"):
        load_pyfunc(folder, trusted=NOWHERE)


def test_data_that_do_not_fit_are_refused_before_statsmodels_sees_them(save: Save, table: pd.DataFrame) -> None:
    folder, _ = save("statsmodels", sm.OLS(noisy(table), table).fit(), input_example=table.head(3))

    with pytest.raises(SchemaEnforcementError, match="missing inputs"):
        load_pyfunc(folder, trusted=MINE).predict(table[["a", "b"]])


@pytest.mark.parametrize(
    ("model", "said"),
    [
        pytest.param(linear_model.LinearRegression(), "is what a fit gives", id="scikit-learn's"),
        pytest.param(sm.OLS(np.arange(4.0), np.ones(4)), r"not fitted: call its fit\(\)", id="not fitted"),
        pytest.param(sm.OLS, "is what a fit gives", id="a class"),
    ],
)
def test_what_is_no_results_is_refused(model: Any, said: str, save: Save, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=said):
        save("statsmodels", model)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param({"remove_data": "yes"}, "It is True or False", id="value"),
        pytest.param({"remove": True}, "Did you mean 'remove_data'", id="name"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], said: str, save: Save, table: pd.DataFrame) -> None:
    with pytest.raises(InvalidInputError, match=said):
        save("statsmodels", sm.OLS(noisy(table), table).fit(), options=options)


def test_results_that_cannot_be_pickled_are_refused(save: Save, table: pd.DataFrame) -> None:
    model = sm.OLS(noisy(table), table).fit()
    model.note = lambda: "mine"

    with pytest.raises(InvalidInputError, match="cannot be pickled"):
        save("statsmodels", model)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(pickle.dumps([1]), "is a list, and no results", id="another thing"),
        pytest.param(b"no pickle", "is no pickle, or damaged", id="no pickle"),
    ],
)
def test_a_file_that_holds_no_results_is_told(content: bytes, said: str, save: Save, table: pd.DataFrame) -> None:
    folder, _ = save("statsmodels", sm.OLS(noisy(table), table).fit())
    (folder / "model.statsmodels").write_bytes(content)

    with pytest.raises(ModelFormatError, match=said):
        load_native(folder, "statsmodels", trusted=MINE)
