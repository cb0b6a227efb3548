/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.cli;

import io.github.acealloc.bench.plan.Workload;
import java.util.Arrays;
import java.util.Iterator;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a workload's name. */
final class WorkloadConverter implements ITypeConverter<Workload> {
    @Override
    public Workload convert(String name) {
        try {
            return Workload.named(name);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    /** The valid names, for the help text. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Workload.values()).map(Workload::toString).iterator();
        }
    }
}
