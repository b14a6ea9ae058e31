package dev.outpost.benchmarks;

import org.openjdk.jmh.results.RunResult;

/** Runs {@link PeerPublishBenchmark}: JMH gives its forks the class path of the JVM that it runs in. */
final class PeerPublishProcess {

    private PeerPublishProcess() {}

    /** Method; threads. */
    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        RunResult result = Publish.measure(PeerPublishBenchmark.class, arguments[0], Integer.parseInt(arguments[1]));
        Parent.tell("described", Publish.describe(result));
        Parent.tell("nanos", Publish.nanos(result));
    }
}
