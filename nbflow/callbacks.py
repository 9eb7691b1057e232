"""Callbacks that log a training, for the libraries that call some.

Importing this module imports neither Keras nor Lightning; making the first callback of one imports it.
"""

from __future__ import annotations

from nbflow.autologging.keras_callback import KerasCallback
from nbflow.autologging.lightning_callback import LightningCallback

__all__ = ["KerasCallback", "LightningCallback"]
