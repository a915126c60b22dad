"""The handlers of the resource types, one module per service."""
