"""Tracking: `Client`, the fluent functions over it, the active run, and the frame that a search gives."""
