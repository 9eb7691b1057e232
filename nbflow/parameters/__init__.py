"""Parameters with types: of a function, by its signature; of a notebook, by its `parameters` cell (pure).

Whatever asks somebody for values, a form or a command line, does so by the same `Parameter`, and holds what it is given
against the same rules. A notebook's cell is read, never run.
"""

from __future__ import annotations

from nbflow.parameters.entries import Entry, enter, read_entry
from nbflow.parameters.notebook import from_notebook, from_source
from nbflow.parameters.parameter import NO_DEFAULT, Computed, Kind, Parameter, Range, rule
from nbflow.parameters.signature import from_function
from nbflow.parameters.values import checked, with_defaults

__all__ = [
    "NO_DEFAULT",
    "Computed",
    "Entry",
    "Kind",
    "Parameter",
    "Range",
    "checked",
    "enter",
    "from_function",
    "from_notebook",
    "from_source",
    "read_entry",
    "rule",
    "with_defaults",
]
