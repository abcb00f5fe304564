"""A stage of the chain: takes batches of records from its topics and makes sure that each ends in exactly one place.

The one module that uses Faust, and crash-only: Faust acknowledges what an agent's body had in hand when the body raises
or is cancelled, or when a part of Faust itself fails. So anything unexpected ends the process inside the body, before a
record is acknowledged, and whoever supervises it starts it again from what was committed. Nothing is committed before
Kafka has acknowledged all messages made of it.

How a stage ends (the exit status):

- 0: it was asked to stop (SIGTERM, SIGINT). The batch in hand was finished and committed; where a dependency is broken
  or the batch takes too long, it was left uncommitted and comes again.
- 70: a bug. The log has the traceback; nothing of the batch was committed.
- 75: it was stuck: messages waited and nothing was processed for `watchdog_seconds`.
- 78: the installation is not as it must be, and the log says which command mends it. A topic that disappears while the
  stage runs is waited for, then it ends so too.

Too many records that can't be processed are no end (`isnad.poison`): the stage waits, so that no supervisor restarts it
through the rest of the topic, and goes on when a person has looked at the dead letters.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn, cast

import faust  # noqa: TID251  the one module that uses Faust
import structlog
from faust.app.base import BootStrategy  # noqa: TID251
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport  # noqa: TID251
from faust.types import TP, EventT, StreamT, TransportT  # noqa: TID251
from prometheus_client import CollectorRegistry

from isnad.batches import Batches
from isnad.clock import Clock, SystemClock
from isnad.continuity import Partition
from isnad.errors import BrokerUnavailable, SetupError
from isnad.health import Health, serve
from isnad.kafka import (
    Admin,
    GroupProgress,
    LogReader,
    Producer,
    read_any_header_name,
    require_topics,
    tls_context,
)
from isnad.kafka.connect import ISOLATION
from isnad.kafka.errors import translated
from isnad.kafka_access import KafkaAccess
from isnad.metrics import StageMetrics, WaitMetrics, new_registry
from isnad.outcomes import Process, Record, headers
from isnad.retry import Patience, Stopped, pauses
from isnad.settings import StageSettings
from isnad.topics import MAX_MESSAGE_BYTES
from isnad.watchdog import Stillness, Watchdog

EXIT_OK = 0
EXIT_BUG = 70
EXIT_STUCK = 75
EXIT_SETUP = 78

_NO_WAY_ON = "can't go on; nothing of the batch in hand is committed"

_STOP_SECONDS = 6.0
"""How long a batch in hand may take to end after SIGTERM, and what is done after the last one."""

_GOODBYE_SECONDS = 1.5
"""How long leaving the group and closing connections may take when no batch is in hand."""

_COMMIT_SECONDS = 0.5
_HEARTBEAT_SECONDS = 2.0
_REBALANCE_SECONDS = 60.0
_REQUEST_SECONDS = 40.0
_METADATA_SECONDS = 15.0
"""A broker that has just started may not know its topics yet, and whoever joins its group then is assigned nothing; so
soon it is asked again."""

_NEVER_SECONDS = 20 * 24 * 60 * 60.0
"""A worker that waits for a dependency stays in its group; the watchdog, not Kafka, finds one that is stuck."""


class Stage:
    """A running stage.

    Args:
        name: short name, as in the consumer group, the metrics and the dead letters.
        inputs: topics to read.
        process: the stage's work on a batch, see `isnad.outcomes.Process`. It gets the records of several partitions
            mixed, those of one partition in order, and may get a record again that it had before.
        settings: what the environment says.
        startup: done in order before the first batch; a `TransientError` is waited out, a `SetupError` refuses to
            start.
        background: run beside the batches once the start is done, and cancelled when the stage stops; what one of them
            raises ends the process: a `SetupError` as one of a batch does, anything else as a bug.
        shutdown: done in order after the last batch, where the stage could stop in good order: for closing connections.
            What is not done within the time for stopping is cancelled.
        health: where to show what the stage waits for; its own if None.
        metrics: the registry that /metrics shows and the stage's metrics are made on; its own if None.
    """

    def __init__(
        self,
        name: str,
        inputs: tuple[str, ...],
        process: Process,
        settings: StageSettings,
        *,
        startup: Sequence[Callable[[], Awaitable[None]]] = (),
        background: Sequence[Callable[[], Coroutine[None, None, None]]] = (),
        shutdown: Sequence[Callable[[], Awaitable[None]]] = (),
        health: Health | None = None,
        metrics: CollectorRegistry | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._name = name
        self._inputs = inputs
        self._process = process
        self._settings = settings
        self._startup = startup
        self._background = background
        self._shutdown = shutdown
        self._clock = clock or SystemClock()
        self._health = health or Health(self._clock)
        self._registry = metrics or new_registry()
        self._metrics = StageMetrics.on(self._registry)
        self._metrics.begin(name, inputs)
        WaitMetrics.on(self._registry).follow(self._health, name)
        self._group = settings.topics.group(name)
        self._log = structlog.get_logger(stage=name)
        self._stillness = Stillness(settings.watchdog_seconds, self._clock)
        self._in_hand = False
        self._assigned: frozenset[Partition] = frozenset()
        self._lagged: frozenset[Partition] = frozenset()

    # What is made when it runs, because it belongs to an event loop.
    _stopping: asyncio.Event
    _patience: Patience
    _producer: Producer
    _progress: GroupProgress
    _batches: Batches

    @property
    def assigned(self) -> frozenset[Partition]:
        """The partitions that this worker has now."""
        return self._assigned

    @property
    def waiting(self) -> bool:
        """Whether it waits for a broken dependency now."""
        return self._patience.waiting

    def still_working(self) -> None:
        """Tell the watchdog that work which takes minutes goes on; from any thread."""
        self._stillness.end()

    def run(self) -> int:
        """Run until SIGTERM or SIGINT; the process ends inside this call, as the module's docstring says.

        Returns:
            The exit status where it could not start.
        """
        try:
            server = serve(self._health, self._registry, self._settings.health_host, self._settings.health_port)
        except SetupError as exc:
            self._log.error("refuses to start", reason=str(exc))
            return EXIT_SETUP
        self._log.info("health pages", address=server.url)
        try:
            return asyncio.run(self._run())
        except Exception:  # noqa: BLE001  whatever it is, it is a bug
            self._log.exception("a bug")
            return EXIT_BUG
        finally:
            server.close()

    async def _run(self) -> int:
        loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        self._patience = Patience(self._health, self._stopping)
        self._producer = Producer(self._settings.kafka)
        self._progress = GroupProgress(self._settings.kafka, self._group)
        self._batches = Batches(
            stage=self._name,
            process=self._process,
            dead_topic=self._settings.topics.dead,
            patience=self._patience,
            sender=self._producer,
            places=self._progress,
            log=LogReader(self._settings.kafka),
            poison=self._settings.poison,
            metrics=self._metrics,
            clock=self._clock,
        )
        preparing = asyncio.create_task(self._prepare())
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({preparing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not preparing.done():
            self._leave(EXIT_OK, "stopped before it had started")
        try:
            preparing.result()
        except Stopped:
            self._leave(EXIT_OK, "stopped while it waited to start")
        except SetupError as exc:
            self._log.error("refuses to start", reason=str(exc))
            return EXIT_SETUP
        except Exception:  # noqa: BLE001  whatever it is, it is a bug
            self._leave(EXIT_BUG, "the start failed", exc_info=True)
        self._watch()
        beside = [asyncio.create_task(run()) for run in self._background]
        for task in beside:
            task.add_done_callback(self._ended_beside)
        app = self._app()
        starting = asyncio.create_task(app.start())
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            self._leave(EXIT_OK, "stopped before it had started")
        if starting.exception() is not None:
            self._leave(EXIT_BUG, "the start failed", exc_info=starting.exception())
        await stopping
        for task in beside:
            task.cancel()
        return await self._stop(app)

    async def _prepare(self) -> None:
        await self._patience.until_done(self._check_topics)
        await self._patience.until_done(self._progress.__aenter__)
        for step in self._startup:
            await self._patience.until_done(step)

    async def _check_topics(self) -> None:
        told = self._settings
        await require_topics(Admin(told.kafka), told.topics.specs(told.partitions), told.kafka)
        if told.kafka.guarded:
            # Faust takes a refusal for a crash.
            await LogReader(told.kafka).try_out(self._inputs)

    async def _stop(self, app: faust.App) -> NoReturn:
        self._log.info("stopping")
        if self._patience.waiting:
            self._leave(EXIT_OK, "stopped while it waited; nothing of the batch in hand is committed")
        ending = asyncio.create_task(app.stop())
        until = self._clock.monotonic() + _STOP_SECONDS
        while not ending.done() and (left := until - self._clock.monotonic()) > 0:
            await asyncio.wait({ending}, timeout=min(_GOODBYE_SECONDS, left))
            if not self._in_hand:
                break
        if not ending.done():
            # Kafka waits for dead members before it lets one leave; there is nothing left here to wait for.
            self._leave(EXIT_OK, "stopped without finishing the batch in hand" if self._in_hand else "stopped")
        if ending.exception() is not None:
            self._log.warning("the stream engine did not stop in good order", exc_info=ending.exception())
            self._leave(EXIT_OK)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await self._producer.close()
                await self._progress.__aexit__(None, None, None)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(_GOODBYE_SECONDS, until - self._clock.monotonic())):
                for step in self._shutdown:
                    await step()
        # All is closed. What the interpreter would do at its end can hang, or take long on a busy machine: threads of
        # Faust outlive it, and a supervisor does not wait for ever.
        self._leave(EXIT_OK, "stopped")

    async def _consume(self, stream: StreamT[Any]) -> None:
        batches = cast(faust.Stream[bytes], stream).take_events(
            self._settings.batch_size, within=self._settings.batch_seconds
        )
        async for events in batches:
            self._in_hand = True
            try:
                await self._batches.handle([_record(event) for event in events], events[-1].message.generation_id)
            except Stopped:
                self._leave(EXIT_OK, "stopped while it waited; nothing of the batch in hand is committed")
            except SetupError as exc:
                self._leave(EXIT_SETUP, _NO_WAY_ON, reason=str(exc))
            except asyncio.CancelledError:
                self._leave(EXIT_OK if self._stopping.is_set() else EXIT_BUG, "the batch in hand was cancelled")
            except BaseException:  # noqa: BLE001  whatever it is, it must not leave the body
                # Leaving the body by an exception would acknowledge the batch.
                self._leave(EXIT_BUG, "a bug: nothing of the batch in hand is committed", exc_info=True)
            self._in_hand = False
            self._stillness.end()

    def _app(self) -> faust.App:
        read_any_header_name()
        kafka = self._settings.kafka
        app = _App(
            self._group,
            broker=";".join(f"kafka://{server}" for server in kafka.servers.split(",")),
            broker_credentials=_credentials(kafka),
            broker_client_id="isnad",
            autodiscover=False,
            web_enabled=False,
            table_standby_replicas=0,  # else Faust's own assignor is used, which leaves workers idle
            topic_allow_declare=False,
            topic_disable_leader=True,
            stream_wait_empty=True,
            stream_buffer_maxsize=2 * self._settings.batch_size,
            consumer_auto_offset_reset="earliest",
            consumer_max_fetch_size=MAX_MESSAGE_BYTES,
            consumer_metadata_max_age_ms=int(1000 * _METADATA_SECONDS),
            broker_commit_interval=_COMMIT_SECONDS,
            broker_session_timeout=self._settings.session_seconds,
            broker_heartbeat_interval=_HEARTBEAT_SECONDS,
            broker_rebalance_timeout=_REBALANCE_SECONDS,
            broker_request_timeout=max(_REQUEST_SECONDS, 2 * self._settings.session_seconds),
            broker_max_poll_interval=_NEVER_SECONDS,
        )
        app.on_crash = self._crashed
        app.access = kafka
        app.on_broker = self._show_broker
        topic = app.topic(*self._inputs, key_serializer="raw", value_serializer="raw")
        app.agent(topic, name=self._name)(self._consume)
        app.on_partitions_assigned.connect(self._now_assigned, weak=False)
        app.on_partitions_revoked.connect(self._now_revoked, weak=False)
        return app

    def _ended_beside(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (reason := task.exception()) is not None:
            if isinstance(reason, SetupError):
                self._leave(EXIT_SETUP, _NO_WAY_ON, reason=str(reason))
            self._leave(EXIT_BUG, "a bug beside the batches; nothing of the one in hand is committed", exc_info=reason)

    def _crashed(self, reason: BaseException) -> NoReturn:
        self._leave(EXIT_BUG, "the stream engine failed; nothing of the batch in hand is committed", exc_info=reason)

    def _show_broker(self, trouble: BrokerUnavailable | None) -> None:
        """Show that the engine can't start for want of a broker, or that it has started; from its own thread."""
        dependency = BrokerUnavailable.dependency
        if trouble is not None:
            if self._health.waiting(dependency, str(trouble)):
                self._log.warning("waiting", dependency=dependency, reason=str(trouble))
        elif (seconds := self._health.well(dependency)) is not None:
            self._log.info("goes on", dependency=dependency, waited_seconds=round(seconds, 1))

    async def _now_assigned(self, _: object, /, *given: set[TP], **__: object) -> None:
        (assigned,) = given
        self._assigned = frozenset((tp.topic, tp.partition) for tp in assigned)
        self._stillness.end()
        self._metrics.assigned.labels(self._name).set(len(assigned))
        self._log.info("partitions", assigned=sorted(f"{tp.topic}/{tp.partition}" for tp in assigned))
        self._health.well("start")

    async def _now_revoked(self, _: object, /, *__: set[TP], **___: object) -> None:
        self._assigned = frozenset()

    def _watch(self) -> None:
        kafka, specs = self._settings.kafka, self._settings.topics.specs(self._settings.partitions)
        Watchdog(
            connect=lambda: GroupProgress(kafka, self._group),
            members=lambda: Admin(kafka).members(self._group),
            partitions=frozenset((s.name, n) for s in specs if s.name in self._inputs for n in range(s.partitions)),
            worker=self,
            stillness=self._stillness,
            health=self._health,
            on_lag=self._show_lag,
            on_stuck=self._stuck,
            on_bug=self._nobody_watches,
        ).start()

    def _stuck(self, why: str) -> None:
        self._leave(EXIT_STUCK, f"stuck: {why}")

    def _nobody_watches(self, reason: BaseException) -> None:
        self._leave(EXIT_BUG, "a bug in the watchdog; nothing of the batch in hand is committed", exc_info=reason)

    def _show_lag(self, lags: dict[Partition, int]) -> None:
        for (topic, partition), lag in lags.items():
            self._metrics.lag.labels(self._name, topic, str(partition)).set(lag)
        for topic, partition in self._lagged - lags.keys():
            self._metrics.lag.remove(self._name, topic, str(partition))
        self._lagged = frozenset(lags)

    def _leave(self, status: int, why: str | None = None, **details: object) -> NoReturn:
        """End the process here and now, before Faust can acknowledge anything.

        Also where it can't be said why: without memory, or with a full disk behind the log, that fails too.
        """
        try:
            if why is not None:
                (self._log.info if status == EXIT_OK else self._log.error)(why, **details)
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(status)


class _Boot(BootStrategy):
    """Faust without a producer of its own: what a stage sends goes through `isnad.kafka.Producer`."""

    enable_kafka_producer = False


class _App(faust.App):
    """Faust that makes no folders, and ends the process when a part of it fails."""

    BootStrategy = _Boot
    logger = logging.getLogger("faust.app")
    on_crash: Callable[[BaseException], NoReturn]
    access: KafkaAccess
    on_broker: Callable[[BrokerUnavailable | None], None]

    async def on_first_start(self) -> None:
        """Make no folders: there are no tables."""

    def _crash(self, reason: BaseException) -> None:
        self.on_crash(reason)

    def _new_transport(self) -> TransportT:
        transport = super()._new_transport()
        transport.Consumer = _PatientConsumer  # type: ignore[misc]  # Faust reads it from the instance
        return transport


class _PatientThread(AIOKafkaConsumerThread):
    """Waits for a broker that went away after the stage had found it: Faust alone takes that for a crash.

    And leaves out what was sent in transactions that were given up, which Faust reads unless it sends so itself.
    """

    def _create_worker_consumer(self, transport: Transport) -> Any:  # noqa: ANN401  aiokafka ships no types
        made = super()._create_worker_consumer(transport)
        made._isolation_level = ISOLATION
        return made

    async def on_start(self) -> None:
        app = cast(_App, self.app)
        for pause in pauses():
            try:
                with translated(app.access):
                    await super().on_start()
            except BrokerUnavailable as exc:
                app.on_broker(exc)
                if self._consumer is not None:
                    await self._consumer.stop()
                await asyncio.sleep(pause)
            else:
                app.on_broker(None)
                return


class _PatientConsumer(Consumer):
    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return _PatientThread(self, loop=self.loop, beacon=self.beacon)


def _credentials(kafka: KafkaAccess) -> faust.SASLCredentials | faust.SSLCredentials | None:
    context = tls_context(kafka)
    if kafka.sasl:
        return faust.SASLCredentials(
            username=kafka.user, password=kafka.password.reveal(), mechanism=kafka.mechanism, ssl_context=context
        )
    return faust.SSLCredentials(context) if context else None


def _record(event: EventT[Any]) -> Record:
    message = event.message
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        appended_at=datetime.fromtimestamp(message.timestamp, UTC),
        key=message.key,
        value=message.value,
        headers=headers(cast(Iterable[tuple[str, bytes | None]], message.headers or ())),
    )
