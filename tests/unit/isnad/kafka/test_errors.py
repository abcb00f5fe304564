"""What each error of aiokafka means."""

import pytest
from aiokafka import errors as kafka  # noqa: TID251  its errors are walked through

from isnad.errors import BrokerUnavailable, RecordError, SetupError
from isnad.kafka.errors import MEANINGS, Meaning, translate, translated
from isnad.messages import Reason

LIBRARY_ERRORS = {
    error
    for error in vars(kafka).values()
    if isinstance(error, type) and issubclass(error, Exception) and error.__module__ == kafka.__name__
}


def test_an_error_that_nobody_mapped_fails_here():
    """Those of the library and our table are the same."""
    assert set(MEANINGS) == LIBRARY_ERRORS
    assert len(LIBRARY_ERRORS) > 90


@pytest.mark.parametrize(
    ("error", "meant"),
    [
        (kafka.KafkaConnectionError("Unable to bootstrap"), BrokerUnavailable),
        (kafka.NotEnoughReplicasError(), BrokerUnavailable),
        (kafka.KafkaStorageError(), BrokerUnavailable),
        (kafka.TopicAuthorizationFailedError("t"), BrokerUnavailable),
        (kafka.OutOfOrderSequenceNumber(), BrokerUnavailable),
        (kafka.ProducerClosed(), BrokerUnavailable),
        (kafka.UnknownTopicOrPartitionError(), SetupError),
        (kafka.UnsupportedVersionError(), SetupError),
        (kafka.MessageSizeTooLargeError(), RecordError),
        (kafka.IllegalStateError(), kafka.IllegalStateError),
        (TimeoutError(), BrokerUnavailable),
        (ConnectionResetError(104, "reset"), BrokerUnavailable),
        (KeyError("ours"), KeyError),
    ],
)
def test_errors_are_translated_where_they_enter(error, meant):
    """With the cause kept, and the address in the sentence."""
    with pytest.raises(meant) as caught, translated("broker:9092"):
        raise error
    if caught.value is not error:
        assert caught.value.__cause__ is error
    if isinstance(caught.value, (BrokerUnavailable, SetupError)):
        assert "broker:9092" in str(caught.value)


def test_a_missing_topic_names_the_command_that_creates_it():
    """And a message too large has a reason for its dead letter."""
    assert "isnad topics create" in str(translate(kafka.UnknownTopicOrPartitionError(), "b"))
    too_large = translate(kafka.RecordListTooLargeError(), "b")
    assert isinstance(too_large, RecordError)
    assert too_large.reason is Reason.TOO_LARGE


def test_a_broker_that_is_away_is_said_in_words_that_others_go_on_from():
    """The feeder adds `. Waiting for it`, the status since when."""
    error = translate(kafka.KafkaConnectionError("Unable to bootstrap"), "127.0.0.1:9092")
    assert str(error) == "Kafka does not answer at 127.0.0.1:9092"


def test_what_retrying_can_mend_is_waited_for():
    """Whatever aiokafka itself calls retriable, but for a missing topic, which it has waited for itself."""
    retriable = {error for error in LIBRARY_ERRORS if getattr(error, "retriable", False)}
    assert {error for error in retriable if MEANINGS[error] is not Meaning.WAIT} == {kafka.UnknownTopicOrPartitionError}
