/* SPDX-License-Identifier: Apache-2.0 */
/** Who owns memory: thread-owned heaps, their hot caches, and the way back for blocks released elsewhere. */
package io.github.acealloc.heap;
