/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shares are written as the JDK's formats write them, without one. */
class StatsTextTest {
    @ParameterizedTest
    @ValueSource(doubles = {0, 1, 0.5, 0.99996, 0.99994, 0.00004, 0.0001, 0.1234, 2.0 / 3, Double.NaN})
    void shares(double share) {
        assertThat(StatsText.share(share, 4)).isEqualTo(String.format(Locale.ROOT, "%.4f", share));
        assertThat(StatsText.share(share, 3)).isEqualTo(String.format(Locale.ROOT, "%.3f", share));
    }
}
