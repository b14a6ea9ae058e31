package dev.outpost.agent.protocol;

/** What an agent may say to a control center. */
public sealed interface AgentMessage
        permits Hello,
                Heartbeat,
                TelemetryBatch,
                TelemetryGap,
                StreamOpen,
                TaskReport,
                ScheduleReport,
                Ping,
                Pong,
                Rejection,
                Goodbye,
                Request,
                Response,
                UnknownPayload,
                InvalidPayload {}
