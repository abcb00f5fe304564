"""What each error of aiokafka means for isnad: wait, mend the set-up, the message is too large, or it is our own bug.

A test walks `aiokafka.errors` and fails when the library grows an error that has no place here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from aiokafka import errors as kafka  # noqa: TID251  isnad.kafka is the adapter of aiokafka

from isnad.errors import BrokerUnavailable, RecordError, SetupError
from isnad.kafka_access import KafkaAccess
from isnad.messages import Reason


class Meaning(Enum):
    """What to do about an error."""

    WAIT = "wait"
    """Kafka is broken, busy, full or refuses for now; the same call may succeed later."""
    SET_UP = "set_up"
    """Kafka is not as isnad needs it; a person has to mend it."""
    TOO_LARGE = "too_large"
    """The message is larger than the topic takes."""
    BUG = "bug"
    """isnad or aiokafka did something that it never should; the error goes on as it is."""


_WAIT = (
    # No connection, no answer, no leader.
    kafka.KafkaError,
    kafka.NoBrokersAvailable,
    kafka.NodeNotReadyError,
    kafka.KafkaProtocolError,
    kafka.CorrelationIdError,
    kafka.Cancelled,
    kafka.TooManyInFlightRequests,
    kafka.StaleMetadata,
    kafka.MetadataEmptyBrokerList,
    kafka.KafkaUnavailableError,
    kafka.KafkaTimeoutError,
    kafka.KafkaConnectionError,
    kafka.BrokerResponseError,
    kafka.UnknownError,
    kafka.LeaderNotAvailableError,
    kafka.NotLeaderForPartitionError,
    kafka.RequestTimedOutError,
    kafka.BrokerNotAvailableError,
    kafka.ReplicaNotAvailableError,
    kafka.StaleControllerEpochError,
    kafka.StaleLeaderEpochCodeError,
    kafka.GroupLoadInProgressError,
    kafka.GroupCoordinatorNotAvailableError,
    kafka.NotCoordinatorForGroupError,
    kafka.NotControllerError,
    kafka.OperationNotAttempted,
    kafka.ReassignmentInProgress,
    kafka.FetchSessionIdNotFound,
    kafka.InvalidFetchSessionEpoch,
    kafka.ListenerNotFound,
    # No room, a disk that fails, too few replicas.
    kafka.NotEnoughReplicasError,
    kafka.NotEnoughReplicasAfterAppendError,
    kafka.KafkaStorageError,
    kafka.LogDirNotFound,
    kafka.CorruptRecordException,
    kafka.QuotaViolationError,
    # No rights, for now: keys and rights are changed while services run.
    kafka.AuthenticationFailedError,
    kafka.SaslAuthenticationFailed,
    kafka.TopicAuthorizationFailedError,
    kafka.GroupAuthorizationFailedError,
    kafka.ClusterAuthorizationFailedError,
    kafka.TransactionalIdAuthorizationFailed,
    kafka.DelegationTokenAuthDisabled,
    kafka.DelegationTokenNotFound,
    kafka.DelegationTokenOwnerMismatch,
    kafka.DelegationTokenRequestNotAllowed,
    kafka.DelegationTokenAuthorizationFailed,
    kafka.DelegationTokenExpired,
    kafka.InvalidPrincipalType,
    # The group is being rearranged, or this member fell out of it.
    kafka.CommitFailedError,
    kafka.IllegalGenerationError,
    kafka.UnknownMemberIdError,
    kafka.RebalanceInProgressError,
    kafka.MemberIdRequired,
    kafka.NonEmptyGroup,
    kafka.GroupIdNotFound,
    # The idempotent producer's numbering is out of step: a fresh producer mends it.
    kafka.ProducerFenced,
    kafka.OutOfOrderSequenceNumber,
    kafka.DuplicateSequenceNumber,
    kafka.InvalidProducerEpoch,
    kafka.InvalidProducerIdMapping,
    kafka.UnknownProducerId,
    kafka.InvalidTxnState,
    kafka.ConcurrentTransactions,
    kafka.TransactionCoordinatorFenced,
    # Another request's failure has retired the producer while this one waited for room in it.
    kafka.ProducerClosed,
)

_SET_UP = (
    kafka.UnrecognizedBrokerVersion,
    kafka.IncompatibleBrokerVersion,
    kafka.AuthenticationMethodNotSupported,
    kafka.UnsupportedCodecError,
    kafka.KafkaConfigurationError,
    kafka.OffsetOutOfRangeError,
    kafka.NoOffsetForPartitionError,
    kafka.UnknownTopicOrPartitionError,
    kafka.InvalidTopicError,
    kafka.InvalidRequiredAcksError,
    kafka.InconsistentGroupProtocolError,
    kafka.InvalidGroupIdError,
    kafka.InvalidSessionTimeoutError,
    kafka.InvalidTimestampError,
    kafka.UnsupportedSaslMechanismError,
    kafka.IllegalSaslStateError,
    kafka.UnsupportedVersionError,
    kafka.TopicAlreadyExistsError,
    kafka.InvalidPartitionsError,
    kafka.InvalidReplicationFactorError,
    kafka.InvalidReplicationAssignmentError,
    kafka.InvalidConfigurationError,
    kafka.UnsupportedForMessageFormatError,
    kafka.PolicyViolationError,
    kafka.InvalidTransactionTimeout,
    kafka.SecurityDisabled,
)

_TOO_LARGE = (kafka.MessageSizeTooLargeError, kafka.RecordListTooLargeError, kafka.RecordTooLargeError)

_BUG = (
    kafka.IllegalStateError,
    kafka.IllegalArgumentError,
    kafka.IllegalOperation,
    kafka.ConsumerStoppedError,
    kafka.NoError,
    kafka.InvalidFetchRequestError,
    kafka.OffsetMetadataTooLargeError,
    kafka.InvalidCommitOffsetSizeError,
    kafka.InvalidRequestError,
)

_NOT_ALLOWED = (
    kafka.TopicAuthorizationFailedError,
    kafka.GroupAuthorizationFailedError,
    kafka.ClusterAuthorizationFailedError,
)

MEANINGS: dict[type[BaseException], Meaning] = {
    error: meaning
    for meaning, errors in (
        (Meaning.WAIT, _WAIT),
        (Meaning.SET_UP, _SET_UP),
        (Meaning.TOO_LARGE, _TOO_LARGE),
        (Meaning.BUG, _BUG),
    )
    for error in errors
}


def no_topic(sentence: str, kafka_at: str | KafkaAccess) -> SetupError:
    """Return the error of a topic that is not there, or that Kafka does not show to who may not see it."""
    guarded = isinstance(kafka_at, KafkaAccess) and kafka_at.guarded
    hint = ", or give this user the right to see it: isnad rights kafka" if guarded else ""
    return SetupError(f"{sentence}. Create it: isnad topics create{hint}")


def translate(error: BaseException, kafka_at: str | KafkaAccess) -> BaseException:
    """Return isnad's error for one of aiokafka; an error that is our own bug comes back as it is."""
    meaning = MEANINGS.get(type(error), Meaning.BUG)
    said = str(error) or type(error).__name__
    if isinstance(error, kafka.UnknownTopicOrPartitionError):
        return no_topic(f"A topic is missing in Kafka at {kafka_at} ({said})", kafka_at)
    if isinstance(error, (kafka.KafkaConnectionError, kafka.NoBrokersAvailable)):
        return BrokerUnavailable(f"Kafka does not answer at {kafka_at}")
    if isinstance(error, _NOT_ALLOWED):
        return BrokerUnavailable(
            f"Kafka at {kafka_at} refuses the rights: {said}. What is needed is told by: isnad rights kafka"
        )
    if meaning is Meaning.WAIT:
        return BrokerUnavailable(f"Kafka at {kafka_at} is not available: {said}")
    if meaning is Meaning.SET_UP:
        return SetupError(f"Kafka at {kafka_at} refuses: {said}. Look what is wrong with: isnad topics check")
    if meaning is Meaning.TOO_LARGE:
        return RecordError(Reason.TOO_LARGE, "a message made of this record is larger than its topic takes")
    return error


@contextmanager
def translated(kafka_at: str | KafkaAccess) -> Iterator[None]:
    """Raise isnad's errors instead of aiokafka's; a time that ran out and a broken network are `BrokerUnavailable`."""
    try:
        yield
    except (kafka.KafkaError, kafka.ConsumerStoppedError, kafka.IllegalOperation) as exc:
        meant = translate(exc, kafka_at)
        if meant is exc:
            raise
        raise meant from exc
    except (TimeoutError, OSError) as exc:
        raise BrokerUnavailable(f"Kafka does not answer at {kafka_at} ({exc or 'no answer in time'})") from exc
