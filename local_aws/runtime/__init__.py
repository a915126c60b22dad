"""What a Glue job finds beside its script: this directory is on the ``PYTHONPATH`` of every run."""
