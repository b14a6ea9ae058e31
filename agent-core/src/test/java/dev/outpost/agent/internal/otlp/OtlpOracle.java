package dev.outpost.agent.internal.otlp;

import com.google.protobuf.ByteString;
import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricPoint;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.Sum;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The same records and metrics, built with OpenTelemetry's generated classes. */
final class OtlpOracle {

    private OtlpOracle() {}

    static LogRecord log(dev.outpost.agent.log.LogRecord record, Attributes more, long now) {
        LogRecord.Builder builder = LogRecord.newBuilder()
                .setTimeUnixNano(record.epochNanos() == 0 ? now : record.epochNanos())
                .setObservedTimeUnixNano(now)
                .setSeverityNumber(SeverityNumber.forNumber(record.severity().number()))
                .setBody(AnyValue.newBuilder().setStringValue(record.body()))
                .addAllAttributes(attributes(record.attributes()))
                .addAllAttributes(attributes(more));
        if (record.traceId() != null) {
            builder.setTraceId(ByteString.copyFrom(HexFormat.of().parseHex(record.traceId())));
        }
        if (record.spanId() != null) {
            builder.setSpanId(ByteString.copyFrom(HexFormat.of().parseHex(record.spanId())));
        }
        return builder.build();
    }

    /** A metric with these points, whose {@code integers} say which are written as integers. */
    static Metric metric(Instrument instrument, List<MetricPoint> points, List<Boolean> integers) {
        List<NumberDataPoint> data = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            data.add(point(points.get(i), integers.get(i)));
        }
        Metric.Builder metric = Metric.newBuilder()
                .setName(instrument.name())
                .setDescription(instrument.description())
                .setUnit(instrument.unit());
        if (instrument.kind() == Instrument.Kind.GAUGE) {
            return metric.setGauge(Gauge.newBuilder().addAllDataPoints(data)).build();
        }
        return metric.setSum(Sum.newBuilder()
                        .addAllDataPoints(data)
                        .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                        .setIsMonotonic(instrument.kind() == Instrument.Kind.COUNTER))
                .build();
    }

    private static NumberDataPoint point(MetricPoint point, boolean integer) {
        NumberDataPoint.Builder builder = NumberDataPoint.newBuilder()
                .setStartTimeUnixNano(point.startEpochNanos())
                .setTimeUnixNano(point.epochNanos())
                .addAllAttributes(attributes(point.attributes()));
        return (integer ? builder.setAsInt((long) point.value()) : builder.setAsDouble(point.value())).build();
    }

    private static List<KeyValue> attributes(Attributes attributes) {
        List<KeyValue> all = new ArrayList<>();
        attributes
                .asMap()
                .forEach((key, value) -> all.add(
                        KeyValue.newBuilder().setKey(key).setValue(value(value)).build()));
        return all;
    }

    private static AnyValue value(Object value) {
        AnyValue.Builder any = AnyValue.newBuilder();
        if (value instanceof String text) {
            return any.setStringValue(text).build();
        }
        if (value instanceof Boolean truth) {
            return any.setBoolValue(truth).build();
        }
        return value instanceof Long number
                ? any.setIntValue(number).build()
                : any.setDoubleValue((Double) value).build();
    }
}
