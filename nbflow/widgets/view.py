"""`View`: the widget behind a display. It answers what its view asks, and keeps the notebook's copy of the data new."""

from __future__ import annotations

import inspect
import threading
import uuid
import warnings
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

import anywidget
import traitlets

from nbflow.errors import InvalidFilterError, InvalidRequestError, NbflowError
from nbflow.provenance import ipython_shell
from nbflow.widgets import assets
from nbflow.widgets.bundles import WIDGET_VIEW, mime_type, payload
from nbflow.widgets.hosts import in_kernel, wants_widget_view
from nbflow.widgets.renewal import Renewal
from nbflow.widgets.wire import encode, to_json

__all__ = ["View", "answers"]

_Method = TypeVar("_Method", bound=Callable[..., Any])
_MAX_DISPLAYS = 8


def answers(name: str) -> Callable[[_Method], _Method]:
    """Mark the method of a `View` that answers a question of its view.

    Parameters
    ----------
    name
        What the view asks: `source.ask(name, {argument: value})`. The arguments are the method's, by name; what it
        returns is anything that `nbflow.widgets.wire.encode` knows. An NbflowError becomes the answer's error.

    Returns
    -------
    decorator : callable
        Gives the method as it is.
    """

    def mark(method: _Method) -> _Method:
        method.__nbflow_answers__ = name  # type: ignore[attr-defined]
        return method

    return mark


class View(anywidget.AnyWidget):
    """A widget whose view is one of those in `labextension/src/views`.

    A subclass gives `kind`, `_data` and `_static`, and where the data can be long, `_saved`; it answers by methods
    marked with `answers`. Outside of a kernel no widget is opened: it is only what makes the bundle.

    Data are no trait: they are pushed, or asked for. Once closed, what was shown goes on with the notebook's copy.
    """

    kind: ClassVar[str] = ""

    _esm = assets.loader()
    _kind = traitlets.Unicode("").tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    revision = traitlets.Int(0).tag(sync=True)

    _asked: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        members = [item for each in reversed(cls.__mro__) for item in vars(each).items()]
        cls._asked = {
            member.__nbflow_answers__: name for name, member in members if hasattr(member, "__nbflow_answers__")
        }

    def __init__(self, **kwargs: Any) -> None:
        self._lock = threading.RLock()
        self._displays: list[str] = []
        self._copied = False  # shown by somebody else's display, which only the page can renew
        self._told: set[str] = set()
        self._renewal = Renewal(self._renew)
        super().__init__(_kind=self.kind, **kwargs)
        self.on_msg(self._on_message)

    def open(self) -> None:
        """Open the connection to the page, where there can be one."""
        if in_kernel():
            super().open()

    def close(self) -> None:
        """End: write the last data into the notebook, and leave the displays with that."""
        comm = getattr(self, "comm", None)
        if comm is None:
            return
        self._renewal.now()
        super().close()
        self.layout.close()
        self.__dict__.pop("_repr_mimebundle_", None)  # ipywidgets' way to show nothing of a closed widget

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    # What a subclass says

    @property
    def weight(self) -> int:
        """About how many bytes it keeps in memory: of many that are shown, heavy ones end earlier."""
        return 0

    def _data(self) -> Any:
        """Give all data, for a page that can be sent buffers."""
        raise NotImplementedError

    def _saved(self) -> Any:
        """Give the data for the notebook, which take up no more than `limits.MAX_SAVED_BYTES`."""
        return self._data()

    def _static(self) -> dict[str, str]:
        """Give `text/plain` and `text/html`, as `nbflow.drawing` makes them."""
        raise NotImplementedError

    # Showing

    def bundle(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Make the MIME bundle and its metadata.

        Returns
        -------
        bundle : dict of str to object
            `text/plain`, `text/html` and the data for our renderer; where there is none, the widget by its id too.
        metadata : dict
            What Colab needs; else empty.
        """
        live = self.comm is not None
        with self._lock:
            data: dict[str, Any] = dict(self._static())
            model_id = self.model_id if live else None
            data[mime_type(self.kind)] = payload(self.kind, self._saved(), self.state, self.revision, model_id)
        metadata: dict[str, Any] = {}
        if live and wants_widget_view() and assets.is_built():
            theirs = super()._repr_mimebundle_()
            if theirs is not None:
                data[WIDGET_VIEW], metadata = theirs[0][WIDGET_VIEW], theirs[1]
        return data, metadata

    def bundle_of_value(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Make the bundle and its metadata for an output without an id of ours: the page renews it, not the kernel."""
        self._copied = True
        return self.bundle()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return self.bundle_of_value()

    def _ipython_display_(self, **kwargs: Any) -> None:
        # Under an id of its own, so that the notebook's copy can be renewed; IPython gives none to a cell's value.
        if self.comm is None:
            raise NotImplementedError  # IPython goes on to the bundle
        display_id = uuid.uuid4().hex
        bundle, metadata = self.bundle()
        publisher = self._shell().display_pub
        publisher.publish(data=bundle, metadata=metadata, transient={"display_id": display_id})
        self._displays = [*self._displays[-_MAX_DISPLAYS + 1 :], display_id]

    def _shell(self) -> Any:
        return ipython_shell()

    # Changes

    def push(self, patch: Any = None) -> None:
        """Send changed data to the page, and renew the notebook's copy: at most once a second, and at a cell's end.

        Parameters
        ----------
        patch
            What changed since the last push, where the view can take it in; None sends `_data()`.
        """
        with self._lock:
            before = self.revision
            if self.comm is None:
                self.revision = before + 1
                return
            if patch is None:
                news = {"event": "data", "revision": before + 1, "data": self._data()}
            else:
                news = {"event": "patch", "revision": before + 1, "base": before, "patch": patch}
            content, buffers = encode(news)
            self.send(content, buffers)
            self.revision = before + 1  # after the data, or the page would ask for them
        self._renewal.soon()

    def _renew_soon(self) -> None:
        """Have the notebook's copy renewed though the data are the same: where it shows what the user arranged."""
        if self.comm is not None and (self._displays or self._copied):
            self._renewal.soon()

    def send_event(self, event: str, **content: Any) -> None:
        """Send a message of another kind, which the view knows by its `event`."""
        if self.comm is not None:
            message, buffers = encode({"event": event, **content})
            self.send(message, buffers)

    def _renew(self) -> None:
        """Put the newest data into the outputs that show this view."""
        if self.comm is None:
            return
        try:
            bundle, metadata = self.bundle()
            for display_id in self._displays:
                publisher = self._shell().display_pub
                publisher.publish(data=bundle, metadata=metadata, transient={"display_id": display_id}, update=True)
            if self._copied:
                self.send({"event": "saved", "bundle": bundle})
        except Exception as exc:  # noqa: BLE001 - a door: the cell whose end this may be, or other views, must not suffer
            self._tell("renew", exc)

    # Questions

    def _on_message(self, _: Any, content: Any, buffers: list[memoryview]) -> None:
        if not isinstance(content, dict) or "ask" not in content:
            return
        head = {"id": content.get("id")}
        try:
            with self._lock:
                message, sent = encode({**head, "answer": self._answer(content["ask"], content.get("args") or {})})
        except NbflowError as exc:
            message, sent = to_json({**head, "error": _error(exc)}), []
        except Exception as exc:  # noqa: BLE001 - a door: the view must hear of it, or it would wait for ever
            self._tell(str(content["ask"]), exc)
            text = f"{type(exc).__name__}: {exc}"
            message, sent = to_json({**head, "error": {"code": "INTERNAL_ERROR", "message": text}}), []
        self.send(message, sent)

    def _answer(self, ask: Any, args: Any) -> Any:
        name = self._asked.get(ask) if isinstance(ask, str) else None
        if name is None:
            raise InvalidRequestError(f"Nothing here answers {ask!r}; the page's nbflow may be another version.")
        method = getattr(self, name)
        if not isinstance(args, dict):
            raise InvalidRequestError(f"The arguments of {ask!r} are no object.")
        try:
            bound = inspect.signature(method).bind(**args)
        except TypeError as exc:
            raise InvalidRequestError(f"The arguments of {ask!r} do not fit: {exc}.") from exc
        return method(*bound.args, **bound.kwargs)

    def _tell(self, ask: str, exc: Exception) -> None:
        """Warn once of a fault of ours: the page shows it too, but only here is the traceback."""
        if ask not in self._told:
            self._told.add(ask)
            warnings.warn(f"{type(self).__name__} could not answer {ask!r}: {exc!r}", RuntimeWarning, stacklevel=2)

    @answers("bundle")
    def _bundle_files(self, name: Any = None) -> dict[str, str]:
        """Give the view's code and the style of all views; or of what draws charts, `"vega"`."""
        if name not in (None, self.kind, "vega"):
            raise InvalidRequestError(f"There is no code named {name!r}.")
        return assets.bundle_files(name or self.kind)

    @answers("data")
    def _all_data(self) -> dict[str, Any]:
        return {"revision": self.revision, "data": self._data()}


def _error(exc: NbflowError) -> dict[str, Any]:
    error: dict[str, Any] = {"code": exc.error_code, "message": str(exc)}
    if isinstance(exc, InvalidFilterError):
        error |= {"position": exc.position, "expected": exc.expected}
    return error
