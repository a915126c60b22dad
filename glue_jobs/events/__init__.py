"""Lines of raw files become events, rejects, ledger and aggregates."""
