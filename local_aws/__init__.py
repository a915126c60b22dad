"""AWS on this machine: moto's server with real engines behind the APIs that it only imitates."""

import sys

# Not importable here: jsonschema would build this grammar of URIs (it comes with Jupyter) for five
# seconds at every start, and nothing in moto asks for it.
sys.modules.setdefault("rfc3987_syntax", None)
