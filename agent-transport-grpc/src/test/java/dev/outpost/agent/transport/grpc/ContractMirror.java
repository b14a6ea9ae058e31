package dev.outpost.agent.transport.grpc;

import com.google.protobuf.ByteString;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.BatchAck;
import dev.outpost.agent.protocol.BatchNack;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Drain;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Goodbye;
import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.HeartbeatAck;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.protocol.ScheduleCommand;
import dev.outpost.agent.protocol.ScheduleReport;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.protocol.StreamOpen;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TaskCancel;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.protocol.TaskReportAck;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.TelemetryGap;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.schedule.AtTrigger;
import dev.outpost.agent.schedule.CronExpression;
import dev.outpost.agent.schedule.EventTrigger;
import dev.outpost.agent.schedule.EveryTrigger;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.ScheduleStatus;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskStatus;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The same message as an object of the classes generated from the contract. They bear the names of the core's records, so
 * they stand here with their package. Enum constants are matched by name, never by number.
 */
final class ContractMirror {

    private ContractMirror() {}

    static dev.outpost.agent.v1.AgentMessage ofAgent(Envelope<AgentMessage> envelope) {
        var to = dev.outpost.agent.v1.AgentMessage.newBuilder()
                .setId(envelope.id())
                .setInReplyTo(envelope.inReplyTo())
                .setTimeUnixNano(envelope.epochNanos());
        AgentMessage payload = envelope.payload();
        if (payload instanceof Hello m) {
            to.setHello(hello(m));
        } else if (payload instanceof Heartbeat m) {
            to.setHeartbeat(heartbeat(m));
        } else if (payload instanceof TelemetryBatch m) {
            to.setBatch(batch(m));
        } else if (payload instanceof TelemetryGap m) {
            to.setGap(gap(m));
        } else if (payload instanceof StreamOpen m) {
            to.setStreamOpen(dev.outpost.agent.v1.StreamOpen.newBuilder().setPosition(position(m.position())));
        } else if (payload instanceof TaskReport m) {
            to.setTaskReport(taskReport(m.status()));
        } else if (payload instanceof Ping) {
            to.setPing(dev.outpost.agent.v1.Ping.getDefaultInstance());
        } else if (payload instanceof Pong) {
            to.setPong(dev.outpost.agent.v1.Pong.getDefaultInstance());
        } else if (payload instanceof Rejection m) {
            to.setRejection(rejection(m));
        } else if (payload instanceof Request m) {
            to.setRequest(request(m));
        } else if (payload instanceof Response m) {
            to.setResponse(response(m));
        } else if (payload instanceof ScheduleReport m) {
            to.setScheduleReport(scheduleReport(m));
        } else if (payload instanceof Goodbye m) {
            to.setGoodbye(dev.outpost.agent.v1.Goodbye.newBuilder().setReason(m.reason()));
        } else {
            throw new IllegalArgumentException("not in the contract: " + payload);
        }
        return to.build();
    }

    static dev.outpost.agent.v1.CenterMessage ofCenter(Envelope<CenterMessage> envelope) {
        var to = dev.outpost.agent.v1.CenterMessage.newBuilder()
                .setId(envelope.id())
                .setInReplyTo(envelope.inReplyTo())
                .setTimeUnixNano(envelope.epochNanos());
        CenterMessage payload = envelope.payload();
        if (payload instanceof Welcome m) {
            to.setWelcome(welcome(m));
        } else if (payload instanceof Refusal m) {
            to.setRefusal(refusal(m));
        } else if (payload instanceof HeartbeatAck m) {
            to.setHeartbeatAck(dev.outpost.agent.v1.HeartbeatAck.newBuilder()
                    .setReconnectSpreadMs(unsigned32(m.reconnectSpread())));
        } else if (payload instanceof BatchAck m) {
            to.setBatchAck(dev.outpost.agent.v1.BatchAck.newBuilder().setThrough(position(m.through())));
        } else if (payload instanceof BatchNack m) {
            to.setBatchNack(batchNack(m));
        } else if (payload instanceof TaskDispatch m) {
            to.setTaskDispatch(taskDispatch(m.request()));
        } else if (payload instanceof TaskCancel m) {
            to.setTaskCancel(dev.outpost.agent.v1.TaskCancel.newBuilder()
                    .setTaskId(m.taskId())
                    .setReason(m.reason()));
        } else if (payload instanceof TaskReportAck m) {
            to.setTaskReportAck(dev.outpost.agent.v1.TaskReportAck.newBuilder()
                    .setTaskId(m.taskId())
                    .setRevision(m.revision()));
        } else if (payload instanceof Ping) {
            to.setPing(dev.outpost.agent.v1.Ping.getDefaultInstance());
        } else if (payload instanceof Pong) {
            to.setPong(dev.outpost.agent.v1.Pong.getDefaultInstance());
        } else if (payload instanceof Rejection m) {
            to.setRejection(rejection(m));
        } else if (payload instanceof Request m) {
            to.setRequest(request(m));
        } else if (payload instanceof Response m) {
            to.setResponse(response(m));
        } else if (payload instanceof ScheduleSet m) {
            to.setScheduleSet(scheduleSet(m));
        } else if (payload instanceof ScheduleCommand m) {
            to.setScheduleCommand(dev.outpost.agent.v1.ScheduleCommand.newBuilder()
                    .setName(m.name())
                    .setAction(
                            dev.outpost.agent.v1.ScheduleCommand.Action.valueOf(contractName("ACTION", m.action()))));
        } else if (payload instanceof Drain m) {
            to.setDrain(dev.outpost.agent.v1.Drain.newBuilder()
                    .setReason(m.reason())
                    .setSpreadMs(unsigned32(m.spread()))
                    .setEndpoint(m.endpoint()));
        } else {
            throw new IllegalArgumentException("not in the contract: " + payload);
        }
        return to.build();
    }

    // ---- of agents ------------------------------------------------------------------------------------------------

    private static dev.outpost.agent.v1.Hello hello(Hello m) {
        return dev.outpost.agent.v1.Hello.newBuilder()
                .setProtocolVersion(m.protocolVersion())
                .setAgentId(m.agentId())
                .setInstanceId(m.instanceId())
                .setAgentVersion(m.agentVersion())
                .putAllLabels(m.labels())
                .addAllTaskTypes(m.taskTypes())
                .addAllStreams(positions(m.streams()))
                .addAllRequestTypes(m.requestTypes())
                .setJournalId(m.journalId())
                .setScheduleVersion(m.scheduleVersion())
                .build();
    }

    private static dev.outpost.agent.v1.Heartbeat heartbeat(Heartbeat m) {
        var to = dev.outpost.agent.v1.Heartbeat.newBuilder()
                .setCondition(
                        dev.outpost.agent.v1.Heartbeat.Condition.valueOf(contractName("CONDITION", m.condition())))
                .addAllDegradedReasons(m.degradedReasons())
                .setUptimeMs(m.uptime().toMillis())
                .setRecordsInMemory(m.recordsInMemory())
                .setRecordsSpooled(m.recordsSpooled())
                .setRecordsDropped(m.recordsDropped())
                .setTasksQueued(m.tasksQueued())
                .setTasksRunning(m.tasksRunning());
        m.host().cpuUtilization().ifPresent(to::setCpuUtilization);
        m.host().memoryUsedBytes().ifPresent(to::setMemoryUsedBytes);
        m.host().memoryLimitBytes().ifPresent(to::setMemoryLimitBytes);
        return to.build();
    }

    private static dev.outpost.agent.v1.TelemetryBatch batch(TelemetryBatch m) {
        return dev.outpost.agent.v1.TelemetryBatch.newBuilder()
                .setPosition(position(m.position()))
                .setSignal(dev.outpost.agent.v1.TelemetryBatch.Signal.valueOf(contractName("SIGNAL", m.signal())))
                .setRecordCount(m.recordCount())
                .setCodec(dev.outpost.agent.v1.TelemetryBatch.Codec.valueOf(
                        m.codec().name()))
                .setBody(ByteString.copyFrom(m.body()))
                .build();
    }

    private static dev.outpost.agent.v1.TelemetryGap gap(TelemetryGap m) {
        return dev.outpost.agent.v1.TelemetryGap.newBuilder()
                .setThrough(position(m.through()))
                .setFromSequence(m.fromSequence())
                .setRecordCount(m.recordCount())
                .setReason(m.reason())
                .build();
    }

    private static dev.outpost.agent.v1.TaskReport taskReport(TaskStatus m) {
        Duration retryAfter = m.retryAfter();
        return dev.outpost.agent.v1.TaskReport.newBuilder()
                .setTaskId(m.taskId())
                .setType(m.taskType())
                .setRevision(m.revision())
                .setState(
                        dev.outpost.agent.v1.TaskReport.State.valueOf(m.state().name()))
                .setAttempt(m.attempt())
                .setTimeUnixNano(m.epochNanos())
                .setDetail(m.detail())
                .putAllOutput(m.output())
                .setProgress(m.progress())
                .setRetryAfterMs(orZero(retryAfter))
                .setOrigin(dev.outpost.agent.v1.TaskReport.Origin.valueOf(contractName("ORIGIN", m.origin())))
                .build();
    }

    private static dev.outpost.agent.v1.ScheduleReport scheduleReport(ScheduleReport m) {
        return dev.outpost.agent.v1.ScheduleReport.newBuilder()
                .setVersion(m.version())
                .addAllSchedules(m.schedules().stream()
                        .map(ContractMirror::scheduleStatus)
                        .toList())
                .setTotal(m.total())
                .setRefusedVersion(m.refusedVersion())
                .addAllProblems(m.problems())
                .build();
    }

    private static dev.outpost.agent.v1.ScheduleStatus scheduleStatus(ScheduleStatus m) {
        return dev.outpost.agent.v1.ScheduleStatus.newBuilder()
                .setName(m.name())
                .setTrigger(m.trigger())
                .setPushed(m.pushed())
                .setPaused(m.paused())
                .setNextUnixMs(orZero(m.next()))
                .setLastUnixMs(orZero(m.last()))
                .setFired(m.fired())
                .setMissed(m.missed())
                .build();
    }

    // ---- of centers -----------------------------------------------------------------------------------------------

    private static dev.outpost.agent.v1.Welcome welcome(Welcome m) {
        return dev.outpost.agent.v1.Welcome.newBuilder()
                .setSessionId(m.sessionId())
                .setHeartbeatIntervalMs(unsigned32(m.heartbeatInterval()))
                .setMaxBatchBytes(m.maxBatchBytes())
                .setWindowBatches(m.windowBatches())
                .addAllStreams(positions(m.streams()))
                .setReconnectSpreadMs(unsigned32(m.reconnectSpread()))
                .build();
    }

    private static dev.outpost.agent.v1.Refusal refusal(Refusal m) {
        return dev.outpost.agent.v1.Refusal.newBuilder()
                .setCode(dev.outpost.agent.v1.Refusal.Code.valueOf(contractName("CODE", m.code())))
                .setDetail(m.detail())
                .setRetryAfterMs(unsigned32(m.retryAfter()))
                .setEndpoint(m.endpoint())
                .build();
    }

    private static dev.outpost.agent.v1.BatchNack batchNack(BatchNack m) {
        return dev.outpost.agent.v1.BatchNack.newBuilder()
                .setPosition(position(m.position()))
                .setCode(dev.outpost.agent.v1.BatchNack.Code.valueOf(contractName("CODE", m.code())))
                .setRetryAfterMs(unsigned32(m.retryAfter()))
                .setDetail(m.detail())
                .build();
    }

    private static dev.outpost.agent.v1.TaskDispatch taskDispatch(TaskRequest m) {
        RetryPolicy retry = m.retry();
        var to = dev.outpost.agent.v1.TaskDispatch.newBuilder()
                .setTaskId(m.id())
                .setType(m.type())
                .putAllArguments(m.arguments())
                .setAttemptTimeoutMs(orZero(m.attemptTimeout()))
                .setDeadlineMs(orZero(m.deadline()))
                .setPriority(m.priority())
                .setTraceparent(orEmpty(m.traceparent()))
                .setLeaseMs(orZero(m.lease()))
                .setIdempotent(m.idempotent())
                .setIdempotencyKey(orEmpty(m.idempotencyKey()))
                .setConcurrencyKey(orEmpty(m.concurrencyKey()))
                .setOverlap(overlap(m.overlap()))
                .setNotBeforeUnixMs(orZero(m.notBefore()))
                .setNotAfterUnixMs(orZero(m.notAfter()))
                .setOnDisconnect(dev.outpost.agent.v1.TaskDispatch.OnDisconnect.valueOf(
                        m.onDisconnect().kind().name()))
                .setStopAfterMs(orZero(m.onDisconnect().after()))
                .setParentId(orEmpty(m.parent()));
        if (retry != null) {
            to.setRetry(dev.outpost.agent.v1.RetryPolicy.newBuilder()
                    .setMaxAttempts(retry.maxAttempts())
                    .setInitialDelayMs(retry.initialDelay().toMillis())
                    .setMaxDelayMs(retry.maxDelay().toMillis()));
        }
        return to.build();
    }

    private static dev.outpost.agent.v1.TaskDispatch.Overlap overlap(OverlapPolicy overlap) {
        return dev.outpost.agent.v1.TaskDispatch.Overlap.valueOf(overlap.name());
    }

    private static dev.outpost.agent.v1.ScheduleSet scheduleSet(ScheduleSet m) {
        return dev.outpost.agent.v1.ScheduleSet.newBuilder()
                .setVersion(m.version())
                .addAllSchedules(
                        m.schedules().stream().map(ContractMirror::schedule).toList())
                .build();
    }

    private static dev.outpost.agent.v1.Schedule schedule(Schedule m) {
        var to = dev.outpost.agent.v1.Schedule.newBuilder()
                .setName(m.name())
                .setTask(taskDispatch(m.template()))
                .setOverlap(overlap(m.overlap()))
                .setMisfire(dev.outpost.agent.v1.Schedule.Misfire.valueOf(
                        m.misfire().kind().name()))
                .setMisfireMost(m.misfire().most())
                .setJitterMs(m.jitter().toMillis())
                .setPaused(m.paused());
        if (m.trigger() instanceof CronExpression cron) {
            to.setCron(dev.outpost.agent.v1.Schedule.Cron.newBuilder()
                    .setExpression(cron.expression())
                    .setZone(cron.zone().getId()));
        } else if (m.trigger() instanceof EveryTrigger every) {
            to.setEvery(dev.outpost.agent.v1.Schedule.Every.newBuilder()
                    .setIntervalMs(every.interval().toMillis())
                    .setAfterEnd(every.from() == EveryTrigger.From.END));
        } else if (m.trigger() instanceof AtTrigger at) {
            to.setAtUnixMs(at.instant().toEpochMilli());
        } else if (m.trigger() instanceof EventTrigger event) {
            to.setEvent(dev.outpost.agent.v1.Schedule.Event.newBuilder()
                    .setType(event.type())
                    .setDebounceMs(event.debounce().toMillis()));
        } else {
            throw new IllegalArgumentException("not in the contract: " + m.trigger());
        }
        return to.build();
    }

    // ---- of both --------------------------------------------------------------------------------------------------

    private static dev.outpost.agent.v1.Rejection rejection(Rejection m) {
        return dev.outpost.agent.v1.Rejection.newBuilder()
                .setCode(dev.outpost.agent.v1.Rejection.Code.valueOf(contractName("CODE", m.code())))
                .setDetail(m.detail())
                .build();
    }

    private static dev.outpost.agent.v1.Request request(Request m) {
        return dev.outpost.agent.v1.Request.newBuilder()
                .setType(m.type())
                .setContentType(m.contentType())
                .setBody(ByteString.copyFrom(m.body()))
                .setTimeoutMs(unsigned32(m.timeout()))
                .setTraceparent(orEmpty(m.traceparent()))
                .build();
    }

    private static dev.outpost.agent.v1.Response response(Response m) {
        return dev.outpost.agent.v1.Response.newBuilder()
                .setStatus(dev.outpost.agent.v1.Response.Status.valueOf(contractName("STATUS", m.status())))
                .setContentType(m.contentType())
                .setBody(ByteString.copyFrom(m.body()))
                .setDetail(m.detail())
                .build();
    }

    private static List<dev.outpost.agent.v1.StreamPosition> positions(List<StreamPosition> positions) {
        return positions.stream().map(ContractMirror::position).toList();
    }

    private static dev.outpost.agent.v1.StreamPosition position(StreamPosition m) {
        ByteBuffer id = ByteBuffer.allocate(16)
                .putLong(m.streamId().getMostSignificantBits())
                .putLong(m.streamId().getLeastSignificantBits())
                .flip();
        return dev.outpost.agent.v1.StreamPosition.newBuilder()
                .setStreamId(ByteString.copyFrom(id))
                .setEpoch(m.epoch())
                .setSequence(m.sequence())
                .build();
    }

    /** Names of one scope must differ in protobuf, so the contract's first constant bears the enum's name too. */
    private static String contractName(String scope, Enum<?> constant) {
        return constant.name().equals("UNSPECIFIED") ? scope + "_UNSPECIFIED" : constant.name();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static long orZero(@Nullable Duration duration) {
        return duration == null ? 0 : duration.toMillis();
    }

    private static long orZero(@Nullable Instant instant) {
        return instant == null ? 0 : instant.toEpochMilli();
    }

    /** A Java int with the bits of the number, as generated classes have it. */
    private static int unsigned32(Duration duration) {
        return (int) duration.toMillis();
    }
}
