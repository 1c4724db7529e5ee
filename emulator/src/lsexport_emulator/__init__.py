"""A local double of LangSmith's bulk-export destinations API."""

__version__ = "0.1.0"
