/** Metric sources for CPU, memory, network, disks, file systems, the own process and its cgroup. */
module dev.outpost.agent.metric.oshi {
    requires transitive dev.outpost.agent;
    requires com.github.oshi;
    requires com.github.oshi.common;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports dev.outpost.agent.metric.oshi;
}
