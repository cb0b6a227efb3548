/** A real HTTP server on an allocator under test, and the client that loads it. */
package io.github.acealloc.bench.http;
