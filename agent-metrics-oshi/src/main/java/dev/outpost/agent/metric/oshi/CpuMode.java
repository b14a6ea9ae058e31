package dev.outpost.agent.metric.oshi;

import dev.outpost.agent.attribute.Attributes;
import java.util.List;
import oshi.hardware.CentralProcessor.TickType;

/** What a CPU spends its time on: the values of {@code cpu.mode} and OSHI's tick counters that make them up. */
enum CpuMode {
    USER("user", TickType.USER, TickType.USER),
    NICE("nice", TickType.NICE, TickType.NICE),
    SYSTEM("system", TickType.SYSTEM, TickType.SYSTEM),
    IDLE("idle", TickType.IDLE, TickType.IDLE),
    IOWAIT("iowait", TickType.IOWAIT, TickType.IOWAIT),
    /** The conventions make no difference between hardware and software interrupts. */
    INTERRUPT("interrupt", TickType.IRQ, TickType.SOFTIRQ),
    STEAL("steal", TickType.STEAL, TickType.STEAL);

    /** All of them; {@link #values} makes a copy at each call. */
    static final List<CpuMode> ALL = List.of(values());

    private final String attribute;
    private final int firstTick;
    private final int lastTick;

    CpuMode(String attribute, TickType first, TickType last) {
        this.attribute = attribute;
        this.firstTick = first.getIndex();
        this.lastTick = last.getIndex();
    }

    /** The milliseconds that {@code ticks}, as OSHI gives them, count for this mode. */
    long millis(long[] ticks) {
        return firstTick == lastTick ? ticks[firstTick] : ticks[firstTick] + ticks[lastTick];
    }

    /** In the order of {@link #ALL}, the attribute of each mode followed by {@code others}. */
    static List<Attributes> eachWith(Attributes others) {
        return ALL.stream()
                .map(mode -> Attributes.builder()
                        .put("cpu.mode", mode.attribute)
                        .putAll(others)
                        .build())
                .toList();
    }
}
