"""Run small socket programs on several real hosts, watch the packets, explain the verdict."""

__version__ = "0.1.0"
