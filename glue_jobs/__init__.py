"""Raw events in, typed, deduplicated, partitioned tables out."""
