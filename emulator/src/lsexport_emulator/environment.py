"""The process's environment, made harmless.

botocore reads `AWS_*` variables, `~/.aws` and the machine's metadata service, and both botocore and
urllib read proxy variables. A double whose answers depend on its user's own AWS account would be
no double; one that sends test credentials through a proxy would be worse.
"""

import os
from collections.abc import Mapping, MutableMapping

_PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy")


def isolated(environment: Mapping[str, str]) -> dict[str, str]:
    kept = {
        name: value
        for name, value in environment.items()
        if not name.startswith("AWS_") and name.lower() not in _PROXY_VARIABLES
    }
    kept["AWS_CONFIG_FILE"] = os.devnull
    kept["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    kept["AWS_EC2_METADATA_DISABLED"] = "true"
    return kept


def isolate(environment: MutableMapping[str, str] = os.environ) -> None:
    kept = isolated(environment)
    environment.clear()
    environment.update(kept)


def credentials_in(environment: Mapping[str, str]) -> dict[str, str] | None:
    """The AWS credentials that the environment holds, in the API's form."""
    if not environment.get("AWS_ACCESS_KEY_ID") or not environment.get("AWS_SECRET_ACCESS_KEY"):
        return None
    found = {
        "access_key_id": environment["AWS_ACCESS_KEY_ID"],
        "secret_access_key": environment["AWS_SECRET_ACCESS_KEY"],
    }
    if environment.get("AWS_SESSION_TOKEN"):
        found["session_token"] = environment["AWS_SESSION_TOKEN"]
    return found
