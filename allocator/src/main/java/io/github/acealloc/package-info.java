/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The engine's door: one allocator per kind of memory, its settings and its statistics. Nothing of Netty is in here.
 *
 * <p>Packages depend downward only: {@code acealloc → heap → slab → os}.
 */
package io.github.acealloc;
