/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import io.github.acealloc.AceConfig;
import io.github.acealloc.it.AceFixture;
import io.github.acealloc.it.Transport;
import io.github.acealloc.upkeep.GovernorClock;
import java.util.Map;

/** All that is under load, and what the load and the faults have in common. */
record Rig(
        AceFixture ace,
        AceConfig config,
        Journal journal,
        Expectations expectations,
        UnreliableMemory memory,
        GovernorClock clock,
        Map<Kind, Service> services,
        Load load,
        Transport transport) {}
