/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

/** A kind of traffic. */
enum Kind {
    HTTP,
    TLS,
    WEBSOCKET,
    PROXY
}
