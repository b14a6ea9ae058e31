package dev.outpost.agent.protocol;

/** What a control center may say to an agent. */
public sealed interface CenterMessage
        permits Welcome,
                Refusal,
                HeartbeatAck,
                BatchAck,
                BatchNack,
                TaskDispatch,
                TaskCancel,
                TaskReportAck,
                ScheduleSet,
                ScheduleCommand,
                Ping,
                Pong,
                Rejection,
                Drain,
                Request,
                Response,
                UnknownPayload,
                InvalidPayload {}
