package dev.outpost.center.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class WatermarkStoreTest {

    private static final UUID STREAM = new UUID(1, 2);

    private final WatermarkStore store = WatermarkStore.inMemory();

    @Test
    void advance_older_isWithoutEffect() {
        store.advance(STREAM, 1, 5);
        store.advance(STREAM, 1, 3);
        assertThat(store.watermark(STREAM, 1)).isEqualTo(5);
        assertThat(store.watermark(STREAM, 2)).isZero();
    }

    @Test
    void inMemory_moreEpochsThanItKeeps_forgetsTheOneNotUsedForLongest() {
        for (int epoch = 1; epoch <= 200_000; epoch++) {
            store.advance(STREAM, epoch, 1);
        }
        assertThat(store.watermark(STREAM, 1)).isEqualTo(1);
        store.advance(STREAM, 200_001, 1);
        assertThat(store.watermark(STREAM, 1)).isEqualTo(1);
        assertThat(store.watermark(STREAM, 2)).isZero();
        assertThat(store.watermark(STREAM, 3)).isEqualTo(1);
    }
}
