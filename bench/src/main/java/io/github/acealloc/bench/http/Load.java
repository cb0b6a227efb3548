/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.http;

import io.netty.util.concurrent.Promise;

/** One phase of load over the same connections; runs on the client's event loop only. */
interface Load<R> extends Connection.Listener {
    /** Begins with connections that are all idle. */
    void start(Iterable<Connection> connections);

    /** Completed with the phase's result when all requests are answered. */
    Promise<R> result();
}
