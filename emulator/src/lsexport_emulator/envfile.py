"""The file that tells a script where the emulator is: KEY=VALUE lines for `.` in a POSIX shell."""

import os
import shlex
import tempfile
from collections.abc import Mapping

from lsexport_emulator.emulator import Emulator


def variables(emulator: Emulator, endpoint: str) -> dict[str, str]:
    identities = emulator.identities
    values = {
        "LANGSMITH_ENDPOINT": endpoint,
        "LANGSMITH_API_KEY": identities.main.key,
        "LANGSMITH_WORKSPACE_ID": str(identities.main.default_workspace),
        "EMULATOR_READ_API_KEY": identities.read_only.key,
        "EMULATOR_ORGANIZATION_API_KEY": identities.organization.key,
        "EMULATOR_SECOND_WORKSPACE_ID": str(identities.organization.workspaces[1]),
        "EMULATOR_SCRIPTED_S3_ENDPOINT": emulator.scripted_s3.endpoint_url,
    }
    if s3 := emulator.embedded_s3:
        values.update(
            EMULATOR_S3_ENDPOINT=s3.endpoint_url,
            EMULATOR_REGION=s3.region,
            EMULATOR_BUCKET=s3.buckets[0],
            EMULATOR_BUCKETS=",".join(s3.buckets),
            EMULATOR_LOCKED_BUCKET=s3.locked_bucket,
            EMULATOR_ROLE_ARN=s3.role_arn,
            EMULATOR_DENIED_ROLE_ARN=s3.denied_role_arn,
        )
        for name, user in s3.users.items():
            if name == "service":  # the emulator's own
                continue
            for member, value in user.credentials().items():
                values[f"EMULATOR_{name.upper()}_{member.upper()}"] = value
    return values


def write(path: str, values: Mapping[str, str]) -> None:
    """All at once or not at all, readable by its owner alone."""
    text = "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())
    folder = os.path.dirname(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=os.path.basename(path) + ".")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def read(path: str) -> dict[str, str]:
    """What `write` wrote, for Python."""
    with open(path, encoding="ascii") as file:
        pairs = (shlex.split(line)[0].partition("=") for line in file)
        return {name: value for name, _, value in pairs}
