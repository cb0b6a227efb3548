/** JMH benchmarks of a single allocator, run on Netty event loops. */
package io.github.acealloc.bench.micro;
