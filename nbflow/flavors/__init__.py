"""Flavors: how the models of each library are saved, loaded and asked to predict. Local folders only."""

from __future__ import annotations
