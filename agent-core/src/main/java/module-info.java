/** The agent: SPIs, protocol, telemetry pipeline, session, task engine and builder. */
module dev.outpost.agent {
    requires com.lmax.disruptor;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports dev.outpost.agent;
    exports dev.outpost.agent.attribute;
    exports dev.outpost.agent.log;
    exports dev.outpost.agent.metric;
    exports dev.outpost.agent.protocol;
    exports dev.outpost.agent.request;
    exports dev.outpost.agent.schedule;
    exports dev.outpost.agent.sink;
    exports dev.outpost.agent.spool;
    exports dev.outpost.agent.task;
    exports dev.outpost.agent.transport;
}
