"""What the tests of serving share: models that were never saved, servers in this process, and requests."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import cloudpickle
import httpx
import pytest

from nbflow.flavors.pyfunc_model import PyFuncModel
from nbflow.flavors.saving import save_model
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.signature import ModelSignature
from nbflow.serving import ServingSettings, make_app
from nbflow.serving.running import Running
from nbflow.serving.sockets import bind, listen, url_of

JSON = "application/json"


Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Give what sends a request to an application, without a network: a POST with a body, or a GET."""

    def asked(
        app: Any, body: Any = None, content_type: str | None = JSON, path: str = "/invocations"
    ) -> httpx.Response:
        content = body if isinstance(body, bytes | str) or body is None else json.dumps(body)
        headers = {} if content_type is None else {"Content-Type": content_type}

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:5000") as client:
                method = "GET" if body is None else "POST"
                return await client.request(method, path, content=content, headers=headers)

        return asyncio.run(send())

    return asked


@pytest.fixture
def model() -> Callable[..., PyFuncModel]:
    """Give what makes a model of a function of the data, or of the data and the params."""

    def made(predict: Callable[[Any], Any], inputs: Any = None, params: Any = None, **other: Any) -> PyFuncModel:
        columns, kinds = (None if each is None else json.dumps(each) for each in (inputs, params))
        signature = {"inputs": columns, "outputs": None, "params": kinds}
        document = Model(
            flavors={"python_function": {"loader_module": "mlflow.pyfunc.model"}},
            signature=ModelSignature.from_dict(signature) if columns or kinds else None,
            other=other,
        )
        return PyFuncModel(document, None, lambda data, _: predict(data), Path())

    return made


@pytest.fixture
def app(model: Callable[..., PyFuncModel]) -> Callable[..., Any]:
    """Give what makes an application of a function of the data."""

    def made(predict: Callable[[Any], Any] = len, settings: ServingSettings | None = None, **more: Any) -> Any:
        return make_app(model(predict, **more), settings or ServingSettings())

    return made


@pytest.fixture
def served() -> Iterator[Callable[..., str]]:
    """Give what lets an application listen at a free port of 127.0.0.1, and gives its URL."""
    with ExitStack() as stack:

        def serve(app: Any) -> str:
            sock = stack.enter_context(bind("127.0.0.1", 0))
            listen(sock)
            stack.enter_context(Running(app, sock, timeout_s=5))
            return url_of(sock)

        yield serve


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    """Give what saves a function as a model, and gives its folder."""

    def save(predict: Any, name: str = "model", **arguments: Any) -> Path:
        module = sys.modules[predict.__module__]
        own = module.__name__ != "builtins"
        if own:  # by value: another process knows nothing of the tests
            cloudpickle.register_pickle_by_value(module)
        try:
            save_model("python_function", predict, tmp_path / name, **({"pip_requirements": []} | arguments))
        finally:
            if own:
                cloudpickle.unregister_pickle_by_value(module)
        return tmp_path / name

    return save
