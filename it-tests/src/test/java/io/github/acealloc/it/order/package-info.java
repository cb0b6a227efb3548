/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The orders the design relies on, each tried by jcstress: the real classes, and beside them twins with one order taken
 * away. {@code docs/concurrency-proofs.md} lists them.
 */
package io.github.acealloc.it.order;
