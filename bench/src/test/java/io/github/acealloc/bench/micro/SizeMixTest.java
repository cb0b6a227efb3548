/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SizeMixTest {
    @ParameterizedTest
    @CsvSource({
        "WEBSOCKET, 8, 16709, 2400",
        "GATEWAY, 8, 1048576, 3290",
        "UNIFORM_SMALL, 16, 1024, 520",
        "MESSAGES, 256, 4096, 2176",
        "BURST, 8, 262144, 6700",
    })
    void sizesHaveTheRangeAndTheMeanOfTheMix(SizeMix mix, int min, int max, double mean) {
        int[] sizes = mix.table();

        assertThat(Arrays.stream(sizes).min().orElseThrow()).isGreaterThanOrEqualTo(min);
        assertThat(Arrays.stream(sizes).max().orElseThrow()).isLessThanOrEqualTo(max);
        assertThat(Arrays.stream(sizes).average().orElseThrow()).isCloseTo(mean, within(0.03 * mean));
    }

    @ParameterizedTest
    @EnumSource
    void everyTableIsTheSameForTheSameSeed(SizeMix mix) {
        assertThat(mix.table()).isEqualTo(mix.table(42)).isNotEqualTo(mix.table(43));
    }

    @Test
    void gatewaySizesAreLogNormal() {
        double[] logs = Arrays.stream(SizeMix.GATEWAY.table())
                .mapToDouble(Math::log)
                .sorted()
                .toArray();
        double median = logs[logs.length / 2];
        double aboveOneSigma = Arrays.stream(logs).filter(l -> l > 8.6).count() / (double) logs.length;

        assertThat(median).isCloseTo(7.6, within(0.02));
        assertThat(aboveOneSigma).isCloseTo(0.1587, within(0.005));
    }

    @Test
    void tableLengthSharesNoDivisorWithAnyNumberOfSlots() {
        assertThat(BigInteger.valueOf(SizeMix.TABLE_LENGTH).isProbablePrime(50)).isTrue();
    }
}
