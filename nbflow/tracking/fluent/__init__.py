"""The fluent functions: `nbflow.log_metric` and its kind, thin shells over `Client` for the active run."""
