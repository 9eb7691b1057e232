"""`form`: fields for the parameters of a function or a notebook, and the values that somebody gave."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Any, ClassVar

from msgspec.structs import replace

from nbflow.drawing.form_page import form_bundle
from nbflow.errors import InvalidInputError, InvalidParametersError, UnsupportedValueError, did_you_mean
from nbflow.parameters import (
    Computed,
    Parameter,
    checked,
    enter,
    from_function,
    from_notebook,
    read_entry,
    rule,
    with_defaults,
)
from nbflow.parameters.parameter import label
from nbflow.parameters.values import Unfit
from nbflow.widgets.form.fields import field_of, shown_value
from nbflow.widgets.keeping import keep
from nbflow.widgets.view import View

__all__ = ["Form", "form"]

_ENTRIES = "entries"
_ABOUT_LENGTH = 600


def form(fn_or_notebook: Any, /, **defaults: Any) -> Form:
    """Show a form for the parameters of a function or a notebook.

    Parameters
    ----------
    fn_or_notebook
        A function, a method or a class: its annotations, defaults and docstring say what the fields are. Or a
        notebook: the path of an `.ipynb` file, or its content, whose cell with the tag `parameters` does. Nothing is
        called, and no cell is run.
    **defaults
        Values in place of the defaults.

    Returns
    -------
    form : Form
        To be shown; `form.values` are the values, checked.

    Raises
    ------
    UnsupportedValueError
        If it is neither.
    InvalidInputError
        If it is no notebook, or has no parameter of a name.
    InvalidParametersError
        If a default does not fit its type.

    Examples
    --------
    >>> def train(depth: int, rate: float = 0.1): ...
    >>> filled = form(train, depth=3)
    >>> filled["rate"] = 0.5
    >>> filled.values
    {'depth': 3, 'rate': 0.5}
    """
    target = fn_or_notebook
    if isinstance(target, str | os.PathLike):
        name = PurePath(os.fspath(target)).name
        made = Form(from_notebook(target), f"the notebook {name}", name=name, defaults=defaults)
    elif isinstance(target, Mapping):
        made = Form(from_notebook(target), "the notebook", name="Notebook", defaults=defaults)
    elif callable(target):
        parameters = from_function(target)
        name = (
            getattr(target, "__qualname__", type(target).__name__).removeprefix("<locals>.").rpartition(".<locals>.")[2]
        )
        made = Form(
            parameters, f"the function {name}", name=name, about=_about(target), defaults=defaults, function=target
        )
    else:
        raise UnsupportedValueError("the parameters", target, "give a function, or the path of a notebook.")
    keep(made, named=True)
    return made


class Form(View):
    """A form, and the values in it. `form` makes one.

    Parameters
    ----------
    parameters
        Its fields.
    what
        Whose parameters they are, for messages: `"the function train"`.
    name, about
        What stands above it.
    defaults
        Values in place of the defaults.
    function
        What `call` calls.
    """

    kind: ClassVar[str] = "form"

    def __init__(
        self,
        parameters: tuple[Parameter, ...],
        what: str,
        *,
        name: str = "",
        about: str = "",
        defaults: Mapping[str, Any] | None = None,
        function: Callable[..., Any] | None = None,
    ) -> None:
        self._what = what
        self._title = name
        self._about = about
        self._function = function
        self._parameters = {each.name: _typed(each) for each in with_defaults(parameters, defaults or {}, what)}
        self._objects: dict[str, Any] = {}  # what only Python can give
        self._callbacks: list[Callable[[Form], object]] = []
        super().__init__(state={_ENTRIES: dict(self._initial())})
        self.observe(self._on_state, names="state")

    def __repr__(self) -> str:
        return f"<Form of {self._what}: {', '.join(self._parameters) or 'no parameters'}>"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What the fields are."""
        return tuple(self._parameters.values())

    @property
    def values(self) -> dict[str, Any]:
        """The values, as the parameters have them. What a notebook's cell computes itself is left out.

        Raises
        ------
        InvalidParametersError
            If values do not fit, or are missing; it names all of them.
        """
        found, problems, missing = self._read()
        if problems or missing:
            first = next(iter([*problems, *missing]))
            remedy = f"Fill the form in, or set it in Python: form[{first!r}] = ..."
            raise InvalidParametersError(problems, missing, remedy)
        return found

    @values.setter
    def values(self, values: Mapping[str, Any]) -> None:
        self.set(**values)

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong with the values, by name; empty where all of them fit."""
        _, problems, missing = self._read()
        return {name: said for name, (_, said) in problems.items()} | missing

    def set(self, **values: Any) -> None:
        """Give values: the fields show them.

        Parameters
        ----------
        **values
            By name. Either all of them fit and are taken, or none is.

        Raises
        ------
        InvalidInputError
            If there is no parameter of a name.
        InvalidParametersError
            If a value does not fit; it names all that do not.
        """
        parameters = [self._parameter(name) for name in values]
        entries: dict[str, Any] = {}
        objects: dict[str, Any] = {}
        problems: dict[str, tuple[object, str]] = {}
        for parameter, value in zip(parameters, values.values(), strict=True):
            name = parameter.name
            try:
                fits = checked(parameter, value)
                if parameter.kind == "object":
                    objects[name] = fits
                else:
                    entries[name] = enter(parameter, fits)
            except InvalidParametersError as exc:
                problems |= exc.problems
            except Unfit as exc:
                if parameter.kind == "any":
                    objects[name] = fits
                else:
                    problems[name] = (value, str(exc))
        if problems:
            raise InvalidParametersError(problems)
        before = set(self._objects)
        self._objects = {name: each for name, each in self._objects.items() if name not in entries} | objects
        if objects or before != set(self._objects):
            self.push()
        if entries:
            self.state = {**self.state, _ENTRIES: {**self._entries(), **entries}}
        elif objects:
            self._tell_all()

    def reset(self) -> None:
        """Give all parameters their defaults again."""
        self._objects.clear()
        self.state = {**self.state, _ENTRIES: dict(self._initial())}
        self.push()

    def on_change(self, callback: Callable[[Form], object]) -> Callable[[], None]:
        """Have a function called with the form after each change, whether in the browser or in Python.

        Parameters
        ----------
        callback
            What it finds may not fit yet: somebody is typing.

        Returns
        -------
        stop : callable
            Ends it.
        """
        self._callbacks.append(callback)

        def stop() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return stop

    def call(self, *args: Any, **more: Any) -> Any:
        """Call the function with the values.

        Parameters
        ----------
        *args
            Arguments before those of the form.
        **more
            Arguments that are not in the form, or other than there.

        Raises
        ------
        InvalidInputError
            If it is the form of a notebook.
        InvalidParametersError
            If values do not fit, or are missing.
        """
        if self._function is None:
            raise InvalidInputError("the function", self._what, "A notebook is not called: take form.values.")
        given, _, missing = self._read()
        values = {**(self.values if set(missing) - set(more) or not more else given), **more}
        signature = inspect.signature(self._function)
        only_by_place = [
            each.name for each in signature.parameters.values() if each.kind is inspect.Parameter.POSITIONAL_ONLY
        ]
        placed = [values.pop(name) for name in only_by_place[len(args) :] if name in values]
        return self._function(*args, *placed, **values)

    def __getitem__(self, name: str) -> Any:
        parameter = self._parameter(name)
        found, problems, missing = self._read()
        if name in problems or name in missing:
            wrong = {name: problems[name]} if name in problems else {}
            raise InvalidParametersError(wrong, {} if wrong else {name: missing[name]})
        return found.get(name, parameter.default)

    def __setitem__(self, name: str, value: Any) -> None:
        self.set(**{name: value})

    def __contains__(self, name: object) -> bool:
        return name in self._parameters

    def __iter__(self) -> Iterator[str]:
        return iter(self._parameters)

    def __len__(self) -> int:
        return len(self._parameters)

    # What the view is given

    def _data(self) -> dict[str, Any]:
        fields = []
        for parameter in self._parameters.values():
            field = field_of(parameter)
            if parameter.name in self._objects:
                field["shown"] = shown_value(self._objects[parameter.name])
                field["given"] = True
            fields.append(field)
        return {"name": self._title, "about": self._about, "fields": fields}

    def _static(self) -> dict[str, str]:
        return form_bundle(self._title, self._about, self._parameters.values(), self._shown())

    def _shown(self) -> dict[str, str]:
        entries, shown = self._entries(), {}
        for name, parameter in self._parameters.items():
            if parameter.kind == "object":
                given = self._objects.get(name, parameter.default)
                shown[name] = "" if name not in self._objects and parameter.required else shown_value(given)
            elif name in entries:
                entry = entries[name]
                chosen = parameter.kind == "choice" and isinstance(entry, int) and 0 <= entry < len(parameter.choices)
                value = label(parameter.choices[entry]) if chosen else entry
                shown[name] = value if isinstance(value, str) else str(value)
        return shown

    # Entries

    def _initial(self) -> Iterator[tuple[str, Any]]:
        for name, parameter in self._parameters.items():
            if not parameter.required and parameter.kind != "object":
                yield name, enter(parameter, parameter.default)

    def _entries(self) -> dict[str, Any]:
        found = self.state.get(_ENTRIES)  # a page may send anything
        return found if isinstance(found, dict) else {}

    def _read(self) -> tuple[dict[str, Any], dict[str, tuple[object, str]], dict[str, str]]:
        """Give the values, what does not fit, and what is missing."""
        entries = self._entries()
        found: dict[str, Any] = {}
        problems: dict[str, tuple[object, str]] = {}
        missing: dict[str, str] = {}
        for name, parameter in self._parameters.items():
            if name in self._objects:
                found[name] = self._objects[name]
            elif name in entries and parameter.kind != "object":
                try:
                    found[name] = read_entry(parameter, entries[name])
                except Unfit as exc:
                    problems[name] = (entries[name], str(exc))
            elif parameter.required:
                missing[name] = f"It is {rule(parameter)}."
            elif not isinstance(parameter.default, Computed):
                found[name] = parameter.default
        return found, problems, missing

    def _parameter(self, name: str) -> Parameter:
        found = self._parameters.get(name)
        if found is None:
            names = ", ".join(self._parameters) or "none"
            said = f"The form has no field of that name{did_you_mean(str(name), self._parameters) or '.'}"
            raise InvalidInputError("the name of a parameter", name, f"{said} There are: {names}.")
        return found

    def _on_state(self, _: Any) -> None:
        self._renewal.soon()
        self._tell_all()

    def _tell_all(self) -> None:
        for callback in list(self._callbacks):
            callback(self)


def _typed(parameter: Parameter) -> Parameter:
    """Make an object of a parameter whose default no field can show."""
    if parameter.required or parameter.kind == "object":
        return parameter
    try:
        enter(parameter, parameter.default)
    except Unfit:
        return replace(parameter, kind="object")
    return parameter


def _about(function: Any) -> str:
    """Give the first paragraph of its docstring."""
    text = (inspect.getdoc(function) or "").strip().split("\n\n")[0]
    return " ".join(text.split())[:_ABOUT_LENGTH]
