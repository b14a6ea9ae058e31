package dev.outpost.agent.metric.oshi;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricRecorder;
import dev.outpost.agent.metric.MetricSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;
import oshi.hardware.NetworkIF;

/** Traffic of the network interfaces; see {@link OshiMetrics#network()}. */
final class NetworkSource implements MetricSource {

    private static final Instrument IO =
            Instrument.counter("system.network.io", "By", "Bytes an interface moved in each direction.");
    private static final Instrument PACKETS = Instrument.counter(
            "system.network.packet.count", "{packet}", "Packets an interface moved in each direction.");
    private static final Instrument ERRORS =
            Instrument.counter("system.network.errors", "{error}", "Errors an interface met in each direction.");
    private static final Instrument DROPPED = Instrument.counter(
            "system.network.packet.dropped", "{packet}", "Packets an interface threw away although they had no error.");

    private final Machine machine;
    private final Devices<Port> ports;

    NetworkSource(Machine machine, LongSupplier nanoTime) {
        this.machine = machine;
        this.ports = new Devices<>("network interfaces", this::list, port -> port.device.updateAttributes(), nanoTime);
    }

    /** An interface and the attributes of its points. */
    private record Port(
            NetworkIF device,
            Attributes receive,
            Attributes transmit,
            Attributes receivePackets,
            Attributes transmitPackets) {

        static Port of(NetworkIF device) {
            return new Port(
                    device,
                    attributes(device, "receive").build(),
                    attributes(device, "transmit").build(),
                    packetAttributes(device, "receive"),
                    packetAttributes(device, "transmit"));
        }

        private static Attributes.Builder attributes(NetworkIF device, String direction) {
            return Attributes.builder()
                    .put("network.interface.name", device.getName())
                    .put("network.io.direction", direction);
        }

        /** The conventions name the interface of packet counts, and of these alone, {@code system.device}. */
        private static Attributes packetAttributes(NetworkIF device, String direction) {
            return attributes(device, direction)
                    .put("system.device", device.getName())
                    .build();
        }
    }

    @Override
    public String name() {
        return "oshi-network";
    }

    @Override
    public void collect(MetricRecorder recorder) throws IOException {
        List<Port> present = ports.upToDate();
        machine.countFromBoot(recorder);
        for (Port port : present) {
            recorder.record(IO, port.receive, port.device.getBytesRecv());
            recorder.record(IO, port.transmit, port.device.getBytesSent());
        }
        for (Port port : present) {
            recorder.record(PACKETS, port.receivePackets, port.device.getPacketsRecv());
            recorder.record(PACKETS, port.transmitPackets, port.device.getPacketsSent());
        }
        for (Port port : present) {
            recorder.record(ERRORS, port.receive, port.device.getInErrors());
            recorder.record(ERRORS, port.transmit, port.device.getOutErrors());
        }
        for (Port port : present) {
            recorder.record(DROPPED, port.receive, port.device.getInDrops()); // OSHI knows no others
        }
    }

    private List<Port> list() throws IOException {
        // All, because OSHI takes whatever has no hardware address for local: tunnels and VPNs among them.
        List<NetworkIF> all = new ArrayList<>(machine.hardware().getNetworkIFs(true));
        all.sort(Comparator.comparingInt(NetworkIF::getIndex));
        List<Port> listed = new ArrayList<>();
        for (NetworkIF device : all) {
            if (!device.queryNetworkInterface().isLoopback()) {
                listed.add(Port.of(device));
            }
        }
        return listed;
    }
}
