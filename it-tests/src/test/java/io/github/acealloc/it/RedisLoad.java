/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Values of all sizes that are written to redis in one pipeline, read back one by one and all at once, and checked. */
final class RedisLoad {
    private static final int[] SIZES = {1, 100, 5000, 16 << 10, 70_000, 13, 300_000, 1 << 20};
    private static final int VALUES = 160;
    private static final int PATIENCE_SECONDS = 30;

    private RedisLoad() {}

    static void run(StatefulRedisConnection<byte[], byte[]> connection, int seed) throws Exception {
        RedisAsyncCommands<byte[], byte[]> commands = connection.async();
        List<RedisFuture<String>> written = new ArrayList<>();
        for (int i = 0; i < VALUES; i++) {
            written.add(commands.set(key(seed, i), value(seed, i).bytes()));
        }
        for (RedisFuture<String> each : written) {
            assertThat(await(each)).isEqualTo("OK");
        }
        List<RedisFuture<byte[]>> read = new ArrayList<>();
        for (int i = 0; i < VALUES; i++) {
            read.add(commands.get(key(seed, i)));
        }
        for (int i = 0; i < VALUES; i++) {
            value(seed, i).checkWhole(await(read.get(i)));
        }
        byte[][] keys = new byte[SIZES.length][];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = key(seed, i);
        }
        List<KeyValue<byte[], byte[]>> some = await(commands.mget(keys));
        for (int i = 0; i < keys.length; i++) {
            value(seed, i).checkWhole(some.get(i).getValue());
        }
        assertThat(await(commands.del(keys))).isEqualTo(keys.length);
    }

    static <T> T await(RedisFuture<T> future) throws Exception {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static byte[] key(int seed, int i) {
        return (seed + ":" + i).getBytes(StandardCharsets.UTF_8);
    }

    private static Payload value(int seed, int i) {
        return new Payload(seed * VALUES + i, SIZES[i % SIZES.length]);
    }
}
