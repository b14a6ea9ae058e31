/**
 * The demonstration, which is the main job end to end: a control center and an agent that works on this machine's real
 * figures and logs, over gRPC with mutual TLS.
 *
 * <pre>
 *   Demo ─┬─▶ DemoCenter: lets the agent in, dispatches tasks, takes telemetry
 *         ├─▶ DemoAgent: samples, follows files, runs tasks and schedules
 *         └─▶ DemoView: draws what DemoEvents collects ─▶ DemoReport: the figures at the end
 * </pre>
 */
@NullMarked
package dev.outpost.examples.demo;

import org.jspecify.annotations.NullMarked;
