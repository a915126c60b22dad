"""Functions of bytes, hashes and URLs."""

from local_aws.athena.calls import Compiler, function
from local_aws.athena.types import BIGINT, VARBINARY, VARCHAR

# The parts of a URL, as far as Java's URI and this pattern are sure to agree.
_SCHEME, _HOST, _PORT, _PATH, _QUERY, _FRAGMENT = 1, 2, 3, 4, 5, 6


def _part(group: int) -> Compiler:
    return function(VARCHAR, f"url_part({{0}}, {group})", VARCHAR)


ENCODINGS: dict[str, Compiler] = {
    "to_utf8": function(VARBINARY, "encode({0})", VARCHAR),
    "from_utf8": function(VARCHAR, "utf8_text({0})", VARBINARY),
    "to_hex": function(VARCHAR, "hex({0})", VARBINARY),
    "from_hex": function(VARBINARY, "hex_bytes({0})", VARCHAR),
    "to_base64": function(VARCHAR, "to_base64({0})", VARBINARY),
    "from_base64": function(VARBINARY, "base64_bytes({0})", VARCHAR),
    "md5": function(VARBINARY, "unhex(md5({0}))", VARBINARY),
    "sha1": function(VARBINARY, "unhex(sha1({0}))", VARBINARY),
    "sha256": function(VARBINARY, "unhex(sha256({0}))", VARBINARY),
    "url_encode": function(VARCHAR, "form_encoded({0})", VARCHAR),
    "url_decode": function(VARCHAR, "form_decoded({0})", VARCHAR),
    "url_extract_protocol": _part(_SCHEME),
    "url_extract_host": _part(_HOST),
    "url_extract_port": function(
        BIGINT, f"try_cast(nullif(url_part({{0}}, {_PORT}), '') as bigint)", VARCHAR
    ),
    "url_extract_path": _part(_PATH),
    "url_extract_query": _part(_QUERY),
    "url_extract_fragment": _part(_FRAGMENT),
    "url_extract_parameter": function(VARCHAR, "url_parameter({0}, {1})", VARCHAR, VARCHAR),
}
