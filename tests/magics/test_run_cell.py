"""`%%nbflow run` in a real kernel: the cell is as any other, and what it leaves is with the run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import Run
    from tests.magics.kernel import Kernel

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="


def all_runs(store: Client) -> list[Run]:
    """Give the runs of all experiments, in the order they were started."""
    ids = [experiment.experiment_id for experiment in store.search_experiments()]
    return sorted(store.search_runs(ids), key=lambda run: run.run_id)  # finer than milliseconds


def only_run(store: Client) -> Run:
    """Give the one run there is."""
    (run,) = all_runs(store)
    return run


def artifacts(store: Client, path: str | None = None) -> list[str]:
    """List a folder of the one run's artifacts."""
    return [info.path for info in store.list_artifacts(only_run(store).run_id, path)]


def output(store: Client) -> str:
    """Read what the one run's cell printed."""
    return store.read_artifact(only_run(store).run_id, "stdout.txt").decode()


def test_it_has_the_name_the_params_and_the_tags_given(kernel: Kernel, store: Client) -> None:
    ran = kernel.run("%%nbflow run 'my run' --param lr=0.1 -P 'note=a b=c' --tag team=vision\nx = 1")

    run = only_run(store)
    assert ran.status == "ok"
    assert (run.name, run.status) == ("my run", "FINISHED")
    assert run.params == {"lr": "0.1", "note": "a b=c"}
    assert run.tags["team"] == "vision"


def test_it_says_how_it_went_in_one_line(kernel: Kernel, store: Client) -> None:
    ran = kernel.run("%%nbflow run fit\nx = 1")

    run = only_run(store)
    assert ran.stdout.startswith("Run fit finished after ")
    assert ran.stdout.endswith(f" ({run.run_id})\n")
    assert ran.stdout.count("\n") == 1


def test_the_code_runs_in_the_users_namespace_and_logs_to_the_run(kernel: Kernel, store: Client) -> None:
    kernel.run("start = 2")
    kernel.run("%%nbflow run\nend = start + 1\nnbflow.log_metric('m', end)")

    assert kernel.run("print(end, nbflow.active_run())").stdout == "3 None\n"
    assert only_run(store).metrics == {"m": 3.0}


def test_variables_in_the_first_line_are_replaced(kernel: Kernel, store: Client) -> None:
    kernel.run("rate, kind = 0.5, 'rf'")
    kernel.run("%%nbflow run {kind.upper()} --param lr=$rate\nx = 1")

    run = only_run(store)
    assert (run.name, run.params) == ("RF", {"lr": "0.5"})


def test_the_last_expression_is_shown(kernel: Kernel) -> None:
    ran = kernel.run("%%nbflow run\nx = 20\nx + 1")

    assert ran.result["text/plain"] == "21"
    assert kernel.run("_").result["text/plain"] == "21"


def test_a_semicolon_hides_the_last_expression(kernel: Kernel) -> None:
    assert kernel.run("%%nbflow run\n20 + 1;").displays == []


def test_magics_and_shell_commands_work(kernel: Kernel, store: Client) -> None:
    ran = kernel.run("%%nbflow run\nhere = %pwd\n%timeit -n1 -r1 -q pass\n!echo from the shell\nprint(bool(here))")

    assert ran.status == "ok"
    assert output(store).split() == ["from", "the", "shell", "True"]


def test_another_cell_magic_may_stand_below(kernel: Kernel, store: Client) -> None:
    ran = kernel.run("%%nbflow run timed\n\n%%time\nx = 1\nprint(x)")

    assert "Wall time" in ran.stdout
    assert output(store).startswith("1\n")


def test_another_cell_magic_may_stand_above(kernel: Kernel, store: Client) -> None:
    kernel.run("%%time\n%%nbflow run timed\nx = 1")

    assert only_run(store).status == "FINISHED"


def test_a_top_level_await_works(kernel: Kernel, store: Client) -> None:
    ran = kernel.run("%%nbflow run\nimport asyncio\nawait asyncio.sleep(0.001)\nnbflow.log_metric('m', 1)\n'done'")

    assert ran.result["text/plain"] == "'done'"
    assert (only_run(store).status, only_run(store).metrics) == ("FINISHED", {"m": 1.0})
    assert kernel.run("print(nbflow.active_run())").stdout == "None\n"


def test_a_future_statement_may_be_the_first(kernel: Kernel, store: Client) -> None:
    ran = kernel.run("%%nbflow run\nfrom __future__ import annotations\nprint(1)\n2")

    assert ran.result["text/plain"] == "2"
    assert output(store) == "1\n"


def test_what_is_printed_is_shown_and_kept(kernel: Kernel, store: Client) -> None:
    ran = kernel.run("%%nbflow run\nimport sys\nprint('out')\nprint('err ü', file=sys.stderr)")

    assert ran.stdout.startswith("out\n")
    assert ran.stderr == "err ü\n"
    assert output(store) == "out\nerr ü\n"


def test_what_a_logger_from_before_writes_is_kept(kernel: Kernel, store: Client) -> None:
    kernel.run("import logging\nlog = logging.getLogger('t')\nlog.handlers = [logging.StreamHandler()]")
    kernel.run("%%nbflow run\nlog.warning('watch out')")

    assert output(store) == "watch out\n"


def test_a_silent_cell_keeps_no_output(kernel: Kernel, store: Client) -> None:
    kernel.run("%%nbflow run\nx = 1")

    assert artifacts(store) == []


def test_nothing_printed_after_the_cell_is_kept(kernel: Kernel, store: Client) -> None:
    kernel.run("%%nbflow run\nprint(1)")
    kernel.run("print(2)")

    assert output(store) == "1\n"


def test_figures_are_kept(kernel: Kernel, store: Client) -> None:
    code = """%%nbflow run
        import matplotlib.pyplot as plt
        from IPython.display import SVG, display
        display(SVG("<svg xmlns='http://www.w3.org/2000/svg'/>"))
        plt.plot([1, 2])
    """
    ran = kernel.run(code.replace("        ", ""))

    assert sum("image/png" in bundle for bundle in ran.displays) == 1
    assert artifacts(store, "figures") == ["figures/figure-1.svg", "figures/figure-2.png"]
    assert store.read_artifact(only_run(store).run_id, "figures/figure-2.png").startswith(b"\x89PNG")


def test_charts_are_kept_as_data(kernel: Kernel, store: Client) -> None:
    code = """%%nbflow run
import altair, plotly.graph_objects
plotly.graph_objects.Figure(data=[{"y": [1, 2]}]).show(renderer="plotly_mimetype")
altair.Chart({"values": [{"a": 1}]}).mark_point().encode(x="a:Q")
"""
    kernel.run(code)

    assert artifacts(store, "figures") == ["figures/figure-1.plotly.json", "figures/figure-2.vl.json"]
    chart = json.loads(store.read_artifact(only_run(store).run_id, "figures/figure-2.vl.json"))
    assert chart["mark"] == {"type": "point"}


def test_a_figure_updated_in_place_is_kept_once(kernel: Kernel, store: Client) -> None:
    code = f"""%%nbflow run
from IPython.display import display
handle = display({{"image/png": "{PNG}"}}, raw=True, display_id=True)
for i in range(3):
    handle.update({{"image/svg+xml": "<svg/>"}}, raw=True)
"""
    kernel.run(code)

    assert artifacts(store, "figures") == ["figures/figure-1.svg"]


def test_figures_of_later_cells_are_not_kept(kernel: Kernel, store: Client) -> None:
    show = f"from IPython.display import display\ndisplay({{'image/png': '{PNG}'}}, raw=True)"
    kernel.run(f"%%nbflow run\n{show}")
    kernel.run(show)

    assert artifacts(store, "figures") == ["figures/figure-1.png"]


def test_an_exception_ends_it_failed_and_is_shown_once(kernel: Kernel, store: Client) -> None:
    ran = kernel.run("%%nbflow run\nprint(1)\nx = 1 / 0\nprint(2)")

    run = only_run(store)
    assert (ran.status, [error["ename"] for error in ran.errors]) == ("error", ["ZeroDivisionError"])
    assert "nbflow/" not in "".join(ran.errors[0]["traceback"])
    assert run.status == "FAILED"
    assert run.error is not None
    assert (run.error.type, run.error.message) == ("ZeroDivisionError", "division by zero")
    assert run.error.where is not None
    assert run.error.where.startswith("cell ")
    assert run.error.where.endswith(":3")
    assert ran.stdout.startswith("1\nRun ")
    assert " failed after " in ran.stdout


def test_the_traceback_is_with_the_output(kernel: Kernel, store: Client) -> None:
    kernel.run("%%nbflow run\nprint(1)\nraise ValueError('no')")

    assert output(store).startswith("1\nTraceback (most recent call last):\n")
    assert output(store).endswith("ValueError: no\n")


def test_an_exception_in_a_cell_that_awaits_ends_it_failed(kernel: Kernel, store: Client) -> None:
    ran = kernel.run("%%nbflow run\nimport asyncio\nawait asyncio.sleep(0)\nraise ValueError('no')")

    assert [error["ename"] for error in ran.errors] == ["ValueError"]
    assert only_run(store).status == "FAILED"
    assert kernel.run("print(nbflow.active_run())").stdout == "None\n"


def test_code_that_does_not_parse_starts_nothing(kernel: Kernel, store: Client) -> None:
    ran = kernel.run("%%nbflow run\nx = = 1")

    assert [error["ename"] for error in ran.errors] == ["SyntaxError"]
    assert all_runs(store) == []


@pytest.mark.parametrize("wait", ["time.sleep(0.01)", "await asyncio.sleep(0.01)"])
def test_an_interrupt_ends_it_killed(kernel: Kernel, store: Client, tmp_path: Path, wait: str) -> None:
    ready = tmp_path / "ready"
    code = f"""%%nbflow run
import asyncio, pathlib, time
pathlib.Path({str(ready)!r}).touch()
while True:
    {wait}
"""
    request = kernel.send(code)
    kernel.interrupt_when(ready)

    assert kernel.reply(request)["status"] == "error"
    assert only_run(store).status == "KILLED"
    assert kernel.run("print(nbflow.active_run())").stdout == "None\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("run --nonsense", "No such option"),
        ("run --param lr", "--param 'lr' is not of the form KEY=VALUE"),
        ("run two words", "Quote a name that has blanks"),
        ("run 'open", "No closing quotation"),
        ("run --log-vars a-b", "--log-vars 'a-b' is not the name of a variable"),
        ("runs", "%%nbflow runs is not a cell magic"),
        ("", "%%nbflow needs a verb"),
    ],
)
def test_wrong_arguments_start_nothing(kernel: Kernel, store: Client, line: str, told: str) -> None:
    ran = kernel.run(f"%%nbflow {line}\nprint('executed')")

    assert ran.status == "error"
    assert ran.stderr.startswith("UsageError: ")
    assert told in ran.stderr
    assert ran.stdout == ""
    assert all_runs(store) == []


def test_help_is_given_and_nothing_started(kernel: Kernel, store: Client) -> None:
    ran = kernel.run("%%nbflow run --help\nprint('executed')")

    assert "--log-vars" in ran.stderr
    assert ran.stdout == ""
    assert all_runs(store) == []


def test_a_param_that_cannot_be_one_starts_nothing(kernel: Kernel, store: Client) -> None:
    ran = kernel.run("%%nbflow run --param a?b=1\nprint('executed')")

    assert [error["ename"] for error in ran.errors] == ["InvalidNameError"]
    assert len(ran.errors[0]["traceback"]) == 1
    assert ran.stdout == ""
    assert all_runs(store) == []


def test_an_experiment_is_for_this_run_only(kernel: Kernel, store: Client) -> None:
    kernel.run("nbflow.set_experiment('usual')")
    kernel.run("%%nbflow run a --experiment 'the other'\nx = 1")
    kernel.run("%%nbflow run b\nx = 1")

    names = {run.name: store.get_experiment(run.info.experiment_id).name for run in all_runs(store)}
    assert names == {"a": "the other", "b": "usual"}


def test_nested_belongs_to_the_active_run(kernel: Kernel, store: Client) -> None:
    kernel.run("parent = nbflow.start_run(run_name='parent')")
    kernel.run("%%nbflow run child --nested\nx = 1")

    parent, child = all_runs(store)
    assert child.tags["mlflow.parentRunId"] == parent.run_id
    assert (parent.status, child.status) == ("RUNNING", "FINISHED")
    assert kernel.run("print(nbflow.active_run() is parent)").stdout == "True\n"


def test_beside_an_active_run_it_is_an_error(kernel: Kernel, store: Client) -> None:
    kernel.run("run = nbflow.start_run()")
    ran = kernel.run("%%nbflow run\nprint('executed')")

    assert [error["ename"] for error in ran.errors] == ["RunActiveError"]
    assert ran.stdout == ""
    assert len(all_runs(store)) == 1


def test_cells_within_the_cell_do_not_end_it(kernel: Kernel, store: Client) -> None:
    code = """%%nbflow run outer
get_ipython().run_cell("print(1)")
get_ipython().run_cell("%%nbflow run inner --nested\\nprint(2)")
nbflow.log_metric("m", 1)
"""
    kernel.run(code)

    outer, inner = all_runs(store)
    assert (outer.metrics, inner.metrics) == ({"m": 1.0}, {})
    assert (outer.status, inner.status) == ("FINISHED", "FINISHED")


def test_a_run_ended_by_the_cell_itself_stays_as_it_was_ended(kernel: Kernel, store: Client) -> None:
    ran = kernel.run("%%nbflow run\nprint(1)\nnbflow.end_run('KILLED')")

    assert only_run(store).status == "KILLED"
    assert " killed after " in ran.stdout
    assert output(store) == "1\n"


def test_a_run_deleted_by_the_cell_itself_is_told_of(kernel: Kernel) -> None:
    ran = kernel.run("%%nbflow run\nprint(1)\nnbflow.delete_run(nbflow.active_run().run_id)")

    assert ran.status == "ok"
    assert "could not keep the output" in ran.stderr
    assert kernel.run("print(nbflow.active_run())").stdout == "None\n"


def test_variables_are_logged_when_the_cell_has_ended(kernel: Kernel, store: Client) -> None:
    code = """%%nbflow run --log-vars accuracy,kind,table
accuracy, kind = 0.5, "rf"
import pandas
table = pandas.DataFrame({"a": [1, 2]})
accuracy = 0.75
"""
    kernel.run(code)

    run = only_run(store)
    assert (run.metrics, run.params) == ({"accuracy": 0.75}, {"kind": "rf"})
    assert artifacts(store, "tables") == ["tables/table.json"]


def test_a_variable_that_is_missing_is_warned_of_each_time(kernel: Kernel) -> None:
    for _ in range(2):
        ran = kernel.run("%%nbflow run --log-vars nowhere\nx = 1")

        assert ran.status == "ok"
        assert "no variable is named 'nowhere'" in ran.stderr


def test_what_a_failed_cell_had_got_to_is_logged(kernel: Kernel, store: Client) -> None:
    ran = kernel.run("%%nbflow run --log-vars best,never\nbest = 0.5\n1 / 0")

    assert only_run(store).metrics == {"best": 0.5}
    assert ran.stderr == ""


def test_a_variable_that_cannot_be_logged_is_warned_of(kernel: Kernel, store: Client) -> None:
    ran = kernel.run("%%nbflow run --log-vars thing,after\nthing, after = object(), 1")

    assert "could not log 'thing'" in ran.stderr
    assert only_run(store).metrics == {"after": 1.0}


def test_the_name_of_a_run_cannot_steer_a_terminal(kernel: Kernel) -> None:
    kernel.run("name = '\\x1b[2J'")

    assert kernel.run("%%nbflow run {name}\nx = 1").stdout.startswith("Run \\x1b[2J finished")


def test_unloading_ends_what_runs(kernel: Kernel, store: Client) -> None:
    kernel.run("%%nbflow run\nprint(1)\n%reload_ext nbflow\nprint(2)")

    assert only_run(store).status == "FINISHED"
    assert kernel.run("%%nbflow run\nprint(3)").status == "ok"
    assert [run.status for run in all_runs(store)] == ["FINISHED", "FINISHED"]
