/** Workloads that watch their process's memory while the load on its event loops changes. */
package io.github.acealloc.bench.memory;
