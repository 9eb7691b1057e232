"""`jupyter nbconvert --to nbflow-html notebook.ipynb`: a notebook as one page that asks no host for anything."""

from __future__ import annotations

from nbflow.export.page import NbflowHTMLExporter

__all__ = ["NbflowHTMLExporter"]
