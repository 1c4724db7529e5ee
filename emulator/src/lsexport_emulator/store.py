"""Where destinations are kept: SQLite, in memory unless a file was asked for.

Credentials lie in it as they came. They are test credentials, and the file is its owner's alone.
"""

import json
import os
import sqlite3
import threading
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lsexport_emulator.schemas import (
    BulkExportDestination,
    BulkExportDestinationS3Config,
    BulkExportDestinationS3Credentials,
)

_TABLE = """
CREATE TABLE IF NOT EXISTS destinations (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    tenant_id TEXT NOT NULL,
    display_name TEXT NOT NULL,
    config TEXT NOT NULL,
    credentials TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    used INTEGER NOT NULL DEFAULT 0
)
"""
_COLUMNS = "id, tenant_id, display_name, config, credentials, created_at, updated_at, used"


@dataclass(frozen=True)
class StoredDestination:
    id: UUID
    tenant_id: UUID
    display_name: str
    config: BulkExportDestinationS3Config
    credentials: BulkExportDestinationS3Credentials | None
    created_at: datetime
    updated_at: datetime
    used: bool = False

    def public(self) -> BulkExportDestination:
        """What the API may show: the names of the credentials, never their values."""
        stored = self.credentials.model_dump() if self.credentials else {}
        return BulkExportDestination(
            display_name=self.display_name,
            config=self.config,
            id=self.id,
            tenant_id=self.tenant_id,
            created_at=self.created_at,
            updated_at=self.updated_at,
            credentials_keys=[name for name, value in stored.items() if value is not None],
        )


class Store:
    def __init__(self, path: str = ":memory:") -> None:
        if path != ":memory:":
            # Made here so that it never exists with the rights that SQLite would give it.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute(_TABLE)

    def close(self) -> None:
        self._db.close()

    def add(self, destination: StoredDestination) -> None:
        values = (
            str(destination.id),
            str(destination.tenant_id),
            destination.display_name,
            destination.config.model_dump_json(),
            _credentials_text(destination.credentials),
            destination.created_at.isoformat(),
            destination.updated_at.isoformat(),
            int(destination.used),
        )
        with self._lock:
            self._db.execute(f"INSERT INTO destinations ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)

    def get(self, tenant_id: UUID, destination_id: UUID) -> StoredDestination | None:
        query = f"SELECT {_COLUMNS} FROM destinations WHERE tenant_id = ? AND id = ?"
        with self._lock:
            row = self._db.execute(query, (str(tenant_id), str(destination_id))).fetchone()
        return _from_row(row) if row else None

    def list(self, tenant_id: UUID) -> list[StoredDestination]:
        """The workspace's destinations, oldest first."""
        query = f"SELECT {_COLUMNS} FROM destinations WHERE tenant_id = ? ORDER BY position"
        with self._lock:
            rows = self._db.execute(query, (str(tenant_id),)).fetchall()
        return [_from_row(row) for row in rows]

    def replace_access(
        self,
        tenant_id: UUID,
        destination_id: UUID,
        config: BulkExportDestinationS3Config,
        credentials: BulkExportDestinationS3Credentials | None,
        updated_at: datetime,
    ) -> StoredDestination | None:
        """Store new credentials (or a role) in one statement; None if the destination is gone."""
        query = (
            "UPDATE destinations SET config = ?, credentials = ?, updated_at = ? "
            f"WHERE tenant_id = ? AND id = ? RETURNING {_COLUMNS}"
        )
        values = (
            config.model_dump_json(),
            _credentials_text(credentials),
            updated_at.isoformat(),
            str(tenant_id),
            str(destination_id),
        )
        with self._lock:
            row = self._db.execute(query, values).fetchone()
        return _from_row(row) if row else None

    def delete_unused(self, tenant_id: UUID, destination_id: UUID) -> bool:
        query = "DELETE FROM destinations WHERE tenant_id = ? AND id = ? AND used = 0 RETURNING id"
        with self._lock:
            return self._db.execute(query, (str(tenant_id), str(destination_id))).fetchone() is not None

    def set_used(self, destination_id: UUID, used: bool) -> bool:
        query = "UPDATE destinations SET used = ? WHERE id = ? RETURNING id"
        with self._lock:
            return self._db.execute(query, (int(used), str(destination_id))).fetchone() is not None

    def clear(self) -> None:
        with self._lock:
            self._db.execute("DELETE FROM destinations")


def _credentials_text(credentials: BulkExportDestinationS3Credentials | None) -> str:
    return credentials.model_dump_json() if credentials else "null"


def _from_row(row: tuple[str, str, str, str, str, str, str, int]) -> StoredDestination:
    credentials = json.loads(row[4])
    return StoredDestination(
        id=UUID(row[0]),
        tenant_id=UUID(row[1]),
        display_name=row[2],
        config=BulkExportDestinationS3Config.model_validate_json(row[3]),
        credentials=BulkExportDestinationS3Credentials.model_validate(credentials) if credentials else None,
        created_at=datetime.fromisoformat(row[5]),
        updated_at=datetime.fromisoformat(row[6]),
        used=bool(row[7]),
    )
