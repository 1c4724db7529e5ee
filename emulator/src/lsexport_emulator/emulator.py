"""One emulator: everything that its routes share."""

from typing import Literal

from lsexport_emulator.clock import Clock
from lsexport_emulator.embedded_s3 import EmbeddedS3Facts
from lsexport_emulator.faults import Faults
from lsexport_emulator.generations import Generation
from lsexport_emulator.identity import Identities
from lsexport_emulator.limits import RateLimiter
from lsexport_emulator.network import Address, Network
from lsexport_emulator.requestlog import RequestLog
from lsexport_emulator.schemas import BulkExportDestinationS3Credentials
from lsexport_emulator.scripted_s3 import ScriptedS3
from lsexport_emulator.settings import Settings
from lsexport_emulator.store import Store
from lsexport_emulator.testwrite import RoleAssumer, TestWriter

StandIn = Literal["aws", "gcs"]


class Emulator:
    def __init__(
        self,
        *,
        embedded_s3: EmbeddedS3Facts | None = None,
        stand_ins: dict[StandIn, str] | None = None,
        environment: BulkExportDestinationS3Credentials | None = None,
        store: Store | None = None,
        api_key: str | None = None,
        settings: Settings | None = None,
        allow_remote: bool = False,
    ) -> None:
        """
        :param embedded_s3: None to do without an S3 of its own.
        :param stand_ins: URLs of other servers to stand in for AWS and Google.
        :param environment: credentials that a self-hosted server finds in its environment; without
            them, those of the embedded S3's user that the settings name.
        """
        self.clock = Clock()
        self.store = store or Store()
        self.log = RequestLog(self.clock)
        self.identities = Identities(self.clock, api_key)
        self.faults = Faults()
        self.limiter = RateLimiter(self.clock)
        self.embedded_s3 = embedded_s3
        self.scripted_s3 = ScriptedS3(self.clock)
        self._stand_ins = stand_ins or {}
        self._environment = environment
        self._allow_remote = allow_remote
        self._initial_settings = settings or Settings()
        self.change_settings(self._initial_settings)

    @property
    def settings(self) -> Settings:
        return self._settings

    @property
    def generation(self) -> Generation:
        return Generation(self._settings.generation)

    def change_settings(self, settings: Settings) -> None:
        self._settings = settings
        self.clock.mode = settings.clock

    def reset(self) -> None:
        """As just started, but for the objects in the embedded S3."""
        self.faults.clear()
        self.clock.reset()
        self.change_settings(self._initial_settings)
        self.store.clear()
        self.log.clear()
        self.identities.reset()
        self.limiter.clear()
        self.scripted_s3.clear()

    def writer(self) -> TestWriter:
        return TestWriter(
            network=self._network(),
            clock=self.clock,
            checksum_mode=self._settings.request_checksum_calculation,
            delete_mode=self._settings.test_object_delete,
            environment=self._environment_credentials(),
            role_assumer=self._role_assumer(),
        )

    def _network(self) -> Network:
        if self._settings.aws_stand_in == "scripted":
            scripted = Address.of_url(self.scripted_s3.endpoint_url)
            return Network(aws=scripted, gcs=scripted, allow_remote=self._allow_remote)
        return Network(
            aws=self._stand_in("aws"),
            gcs=self._stand_in("gcs"),
            aws_by_path="aws" in self._stand_ins,
            allow_remote=self._allow_remote,
        )

    def _stand_in(self, name: StandIn) -> Address | None:
        if name in self._stand_ins:
            return Address.of_url(self._stand_ins[name])
        return Address.of_url(self.embedded_s3.endpoint_url) if self.embedded_s3 else None

    def _environment_credentials(self) -> BulkExportDestinationS3Credentials | None:
        if self._settings.deployment != "self-hosted":
            return None
        if self._environment:
            return self._environment
        return self._embedded_user(self._settings.environment_user)

    def _role_assumer(self) -> RoleAssumer | None:
        service = self._embedded_user("service")
        if service is None or self.embedded_s3 is None:
            return None
        return RoleAssumer(self.embedded_s3.endpoint_url, service)

    def _embedded_user(self, name: str | None) -> BulkExportDestinationS3Credentials | None:
        if name is None or self.embedded_s3 is None:
            return None
        user = self.embedded_s3.users[name]
        return BulkExportDestinationS3Credentials.model_validate(user.credentials())
