package dev.outpost.agent.internal.otlp;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.internal.proto.MalformedProtoException;
import dev.outpost.agent.internal.proto.ProtoReader;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricPoint;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads the number points of a {@code ScopeMetrics}; histograms and summaries, which no agent writes, are left out. */
public final class OtlpMetricReader {

    private OtlpMetricReader() {}

    /**
     * All points, in order.
     *
     * @throws IllegalArgumentException if the bytes are no ScopeMetrics
     */
    public static List<MetricPoint> read(ByteBuffer scopeMetrics) {
        try {
            ProtoReader in = ProtoReader.of(scopeMetrics);
            List<MetricPoint> points = new ArrayList<>();
            for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
                if (tag >>> 3 == 2) {
                    metric(in.message(tag), points);
                } else {
                    in.skip(tag);
                }
            }
            return points;
        } catch (MalformedProtoException e) {
            throw new IllegalArgumentException("not the metrics of a batch: " + e.getMessage(), e);
        }
    }

    private static void metric(ProtoReader in, List<MetricPoint> points) throws MalformedProtoException {
        String name = "";
        String description = "";
        String unit = "";
        ProtoReader data = null;
        boolean sum = false;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> name = in.string(tag);
                case 2 -> description = in.string(tag);
                case 3 -> unit = in.string(tag);
                case 5, 7 -> {
                    data = in.message(tag);
                    sum = tag >>> 3 == 7;
                }
                default -> in.skip(tag);
            }
        }
        if (data == null) {
            return;
        }
        List<ProtoReader> raw = new ArrayList<>();
        boolean monotonic = false;
        for (int tag = data.nextTag(); tag != 0; tag = data.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> raw.add(data.message(tag));
                case 3 -> monotonic = data.bool(tag);
                default -> data.skip(tag);
            }
        }
        Instrument.Kind kind =
                !sum ? Instrument.Kind.GAUGE : monotonic ? Instrument.Kind.COUNTER : Instrument.Kind.UP_DOWN_COUNTER;
        Instrument instrument = new Instrument(name, unit, kind, description);
        for (ProtoReader point : raw) {
            points.add(point(instrument, point));
        }
    }

    private static MetricPoint point(Instrument instrument, ProtoReader in) throws MalformedProtoException {
        long start = 0;
        long time = 0;
        double value = 0;
        Attributes.Builder attributes = Attributes.builder();
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 2 -> start = in.fixed64(tag);
                case 3 -> time = in.fixed64(tag);
                case 4 -> value = in.doubleValue(tag);
                case 6 -> value = in.fixed64(tag);
                case 7 -> OtlpAttributes.read(in.message(tag), attributes);
                default -> in.skip(tag);
            }
        }
        return new MetricPoint(instrument, attributes.build(), start, time, value);
    }
}
